// The editor of the stage model: rows come, go and move without a new page; rules are said in
// words while they are typed.  Without this file every button asks the server for the same.
import { toast } from "./app.js";

const form = document.querySelector("[data-editor]");
const clean = () => new URLSearchParams(new FormData(form)).toString();
const before = form.hasAttribute("data-changed") ? null : clean();
let made = 0;
let isSaving = false;

// ── unsaved changes
function look() {
  form.classList.toggle("is-dirty", clean() !== before);
}
addEventListener("beforeunload", (event) => {
  if (form.classList.contains("is-dirty") && !isSaving) event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
});

// ── rows
const acts = {
  add(button) {
    const list = button.parentElement.querySelector(":scope > [data-rows]");
    const rule = button.closest("[data-place]");
    const key = `made${made += 1}`;
    const html = document.getElementById(button.dataset.template).innerHTML
      .replaceAll("[new]", `[${key}]`).replaceAll('value="new"', `value="${key}"`)
      .replaceAll(" new\"", ` ${key}"`).replaceAll("PLACE", rule?.dataset.place ?? "");
    list.insertAdjacentHTML("beforeend", html);
    list.lastElementChild.querySelector("input:not([type=hidden]), select")?.focus();
  },
  remove(button) {
    const row = button.closest("[data-row]");
    const [list, next] = [row.parentElement, row.nextElementSibling];
    row.remove();
    (next ?? list.lastElementChild)?.querySelector("summary, input:not([type=hidden])")?.focus({ preventScroll: true });
    toast(form.dataset.removed, { undo: () => { list.insertBefore(row, next?.isConnected ? next : null); changed(row); } });
  },
  up(button) {
    const row = button.closest("[data-row]");
    if (row.previousElementSibling) row.previousElementSibling.before(row);
    button.focus({ preventScroll: true });
  },
  down(button) {
    const row = button.closest("[data-row]");
    if (row.nextElementSibling) row.nextElementSibling.after(row);
    button.focus({ preventScroll: true });
  },
};

form.addEventListener("submit", (event) => {
  const act = acts[event.submitter?.dataset.do];
  if (!act) { isSaving = true; return; }
  event.preventDefault();
  const rule = event.submitter.closest("[data-words]");
  act(event.submitter);
  changed(rule?.isConnected ? rule : form);
});

// ── words
const waiting = new WeakMap();
function changed(node) {
  look();
  const rule = node.closest?.("[data-words]");
  if (!rule) return;
  clearTimeout(waiting.get(rule));
  waiting.set(rule, setTimeout(() => say(rule), 200));
}

async function say(rule) {
  const asked = new URLSearchParams();
  for (const field of rule.querySelectorAll("[name]")) {
    const isOff = ["checkbox", "radio"].includes(field.type) && !field.checked;
    if (!isOff && field.type !== "submit" && field.name.startsWith(rule.dataset.place)) {
      asked.append(field.name.slice(rule.dataset.place.length), field.value);
    }
  }
  const answer = await fetch(`${rule.dataset.words}?${asked}`).catch(() => null);
  if (!answer?.ok) return;
  const said = await answer.json();
  const words = rule.querySelector(".rule-words");
  if (words.textContent !== said.words) words.textContent = said.words;
  words.classList.toggle("is-wrong", said.is_wrong);
}

form.addEventListener("input", (event) => {
  if (event.target.matches(".item-find")) find(event.target);
  if (event.target.name === "half_life_days") {
    for (const own of form.querySelectorAll("[data-half-life]")) own.placeholder = event.target.value;
  }
  changed(event.target);
});

// ── items
let asking;
async function find(input) {
  const options = document.getElementById("catalogue");
  const chosen = [...options.options].find((option) => option.value === input.value);
  if (chosen) { choose(input, chosen); return; }
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const answer = await fetch(`${input.dataset.items}?q=${encodeURIComponent(input.value)}`).catch(() => null);
    if (!answer?.ok) return;
    options.replaceChildren(...(await answer.json()).map(({ key, title }) =>
      Object.assign(document.createElement("option"), { value: key, label: title })));
  }, 150);
}

// In a rule a chosen item becomes a box that is ticked, and the next one can be looked for.
function choose(input, { value, label }) {
  if (!input.parentElement.matches(".item-list")) return;
  const line = Object.assign(document.createElement("label"), { className: "form-check" });
  const box = Object.assign(document.createElement("input"), {
    className: "form-check-input", type: "checkbox", name: input.name, value, checked: true,
  });
  line.append(box, Object.assign(document.createElement("span"), { className: "form-check-label", textContent: label }));
  input.before(line);
  input.value = "";
}
form.addEventListener("focusin", (event) => { if (event.target.matches(".item-find")) find(event.target); });
form.addEventListener("keydown", (event) => {
  // Enter in the search takes what is found, not the whole form.
  if (event.key === "Enter" && event.target.matches(".item-find")) event.preventDefault();
});

document.querySelector("[data-faults]")?.focus();
look();
