// A kind is saved by its button, which shows itself only where something else was chosen:
// a select that submits itself would do so at every arrow key.
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-kind]");
  form?.classList.toggle("is-changed", event.target.value !== form.dataset.kind);
});
document.addEventListener("submit", (event) => {
  const button = event.target.closest("[data-kind]")?.querySelector("button");
  if (button) button.setAttribute("aria-disabled", "true");
});

// One box ticks all of the page.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-tick-all]")) return;
  for (const box of document.querySelectorAll('[name="item_code"]')) box.checked = event.target.checked;
});

// A preview over many leads is computed some at a time; the page adds it up and can be left.
// What is weighed stands in the address, or in the form that would do it.
async function weigh(list) {
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  const places = [...document.querySelectorAll("[data-sum]")];
  const sums = new Map(places.map((place) => [place, Number(place.textContent.replace(/\D/g, ""))]));
  const form = document.getElementById(list.dataset.form);
  const more = (after) => form
    ? fetch(`${list.dataset.weigh}?after=${after}`, { method: "POST", body: new FormData(form) })
    : fetch(`${list.dataset.weigh}&after=${after}`);
  let next = list.dataset.next;
  while (next) {
    const answer = await more(next);
    if (!answer.ok) return;
    const part = await answer.json();
    for (const place of places) {
      sums.set(place, sums.get(place) + part[place.dataset.sum]);
      place.textContent = numbers.format(sums.get(place));
      if (place.dataset.sum === "leads") place.parentElement.querySelector("progress").value = sums.get(place);
    }
    next = part.next;
  }
}
const weighed = document.querySelector("[data-weigh]");
if (weighed) weigh(weighed);
