// A form page opened in a dialog: <a data-dialog href="…">. Without script it stays a page.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const answer = await fetch(link.href).catch(() => null);
  const page = answer?.ok && !answer.redirected
    ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const form = page?.querySelector("form[data-form]");
  if (form) open(page.querySelector("h1"), page.querySelector(".page-lead"), form);
  else location.assign(link.href);
});

function open(heading, words, form) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog" });
  const title = Object.assign(document.createElement("h2"), { id: "dialog-title", className: "dialog-title", textContent: heading.textContent });
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(title);
  if (words?.textContent.trim()) dialog.append(document.adoptNode(words));
  dialog.append(document.adoptNode(form));
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-cancel]")) { event.preventDefault(); dialog.close(); }
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
}
