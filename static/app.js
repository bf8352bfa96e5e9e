// What every page can do: search key, menus, copy, confirm, dismiss, tips, toasts with undo.
const $ = (selector, root = document) => root.querySelector(selector);
const inField = (node) => node.closest("input, textarea, select, [contenteditable]");

// ── keys
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !inField(event.target)) {
    const search = $("[data-search]");
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  }
  if (event.key === "Escape") closeMenus({ refocus: true });
});

// ── menus
function closeMenus({ except = null, refocus = false } = {}) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu === except) continue;
    if (refocus && menu.contains(document.activeElement)) $("summary", menu).focus();
    menu.open = false;
  }
  for (const button of document.querySelectorAll("[data-toggle][aria-expanded=true]")) {
    if (button !== except) toggle(button, false);
  }
}

function toggle(button, open) {
  button.setAttribute("aria-expanded", String(open));
  document.getElementById(button.dataset.toggle).classList.toggle("is-open", open);
}

// ── clicks
const clicks = {
  "[data-toggle]": (button) => toggle(button, button.getAttribute("aria-expanded") !== "true"),
  "[data-dismiss]": (button) => button.closest("[data-flash]").remove(),
  "[data-copy]": copy,
  "[data-narrow]": () => {
    const narrow = document.documentElement.dataset.nav !== "narrow";
    if (narrow) document.documentElement.dataset.nav = "narrow";
    else delete document.documentElement.dataset.nav;
    keep("nav", narrow ? "narrow" : "wide");
  },
  "[data-theme-switch]": () => {
    keep("theme", document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark");
    dispatchEvent(new Event("theme-wish"));
  },
};

document.addEventListener("click", (event) => {
  const inside = event.target.closest("details[data-menu], [data-toggle]");
  closeMenus({ except: inside });
  for (const [selector, act] of Object.entries(clicks)) {
    const hit = event.target.closest(selector);
    if (hit) act(hit);
  }
});

function keep(key, value) {
  try { localStorage.setItem(key, value); } catch { /* private windows may refuse */ }
}

async function copy(button) {
  const source = $("pre", button.parentElement);
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    // Plain http on a real host name has no clipboard: select it, so that one key copies.
    getSelection().selectAllChildren(source);
    return;
  }
  const words = $("span", button);
  const before = words.textContent;
  words.textContent = button.dataset.done;
  setTimeout(() => { words.textContent = before; }, 2000);
}

// ── forms
/** The token that every changing request carries in X-CSRFToken; htmx's do by themselves. */
export const csrf = () => $("[data-csrf]")?.dataset.csrf ?? "";
document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = csrf(); });

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form?.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  // Where a form has several buttons, each may ask for itself.
  const asking = event.submitter?.dataset.ask ? event.submitter : form;
  if (!asking.dataset.ask || form.dataset.asked) return;
  event.preventDefault();
  ask(asking.dataset.ask, asking.dataset.askYes).then((yes) => {
    if (!yes) {
      // A choice that asks as soon as it is made goes back to what it was.
      if (form.querySelector("[data-submit]")) form.reset();
      return;
    }
    form.dataset.asked = "yes";
    form.requestSubmit(event.submitter);
    delete form.dataset.asked;
  });
});

/** Ask a question in the page's dialog; resolves to true or false. */
export function ask(words, yes) {
  const dialog = $("#confirm");
  $(".dialog-words", dialog).textContent = words;
  if (yes) $("[data-yes]", dialog).textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// ── toasts
/** Say something for ten seconds; with `undo` it can be taken back for as long. */
export function toast(words, { undo = null, seconds = 10 } = {}) {
  const box = $("#toasts");
  const line = document.createElement("div");
  line.className = "toast-line";
  line.append(Object.assign(document.createElement("span"), { textContent: words }));
  const button = Object.assign(document.createElement("button"), {
    type: "button", textContent: undo ? box.dataset.undo : box.dataset.close,
  });
  button.addEventListener("click", () => { line.remove(); undo?.(); });
  line.append(button);
  box.append(line);
  // Reading or tabbing to it must not be a race.
  let left = seconds;
  const clock = setInterval(() => {
    if (!line.matches(":hover, :focus-within")) left -= 1;
    if (left <= 0 || !line.isConnected) { clearInterval(clock); line.remove(); }
  }, 1000);
}

// ── tips
const tip = Object.assign(document.createElement("div"), { className: "tip", role: "tooltip", popover: "manual" });
document.body.append(tip);

function showTip(node) {
  tip.textContent = node.dataset.tip;
  tip.showPopover?.();
  const at = node.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left + at.width / 2 - width / 2), innerWidth - width - 8);
  tip.style.left = `${left}px`;
  tip.style.top = `${at.top > height + 16 ? at.top - height - 8 : at.bottom + 8}px`;
}

for (const name of ["mouseover", "focusin"]) {
  document.addEventListener(name, (event) => {
    const node = event.target.closest?.("[data-tip]");
    if (node) showTip(node);
  });
}
for (const name of ["mouseout", "focusout", "scroll"]) {
  document.addEventListener(name, (event) => {
    if (name === "scroll" || event.target.closest?.("[data-tip]")) tip.hidePopover?.();
  }, { passive: true, capture: true });
}
