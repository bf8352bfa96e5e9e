// Long work: looks how far it has come, and shows the page anew when it has ended.
const EVERY = 1500;

async function look() {
  const shown = document.querySelector("[data-work]");
  if (!shown) return;
  let next = null;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    next = page.querySelector("[data-work]");
    if (answer.ok && !next) { location.reload(); return; }
  } catch { /* the server may be out of reach for a while */ }
  if (next) shown.replaceWith(next);
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
