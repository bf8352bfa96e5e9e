// The board: drag a deal to another stage, or move it by arrow keys or by its menu.
import { toast } from "./app.js";

const board = document.querySelector("[data-board]");
const say = board?.dataset ?? {};
const lists = board ? [...board.querySelectorAll("[data-deal-stage]")] : [];
const figures = new Intl.NumberFormat(document.documentElement.lang);
const cardOf = (node) => node.closest?.(".deal-card");
const linkOf = (card) => card?.querySelector(".deal-title a");

// ── saving
async function send(code, action, facts) {
  const body = new URLSearchParams({ csrf_token: say.csrf, owner: say.owner, ...facts });
  const answer = await fetch(`${say.url}${code}/${action}`, {
    method: "POST", body, headers: { Accept: "application/json" },
  }).catch(() => null);
  return answer?.ok && !answer.redirected ? answer.json() : { refused: answer?.status ?? 0 };
}

/** Save that a card now lies in another list; put it back and say so when that fails. */
async function save(card, from, before, to) {
  if (card.getAttribute("aria-busy")) return;
  place(card, to, null);
  card.setAttribute("aria-busy", "true");
  const answer = await send(card.dataset.deal, "move", {
    version: card.dataset.version, stage: to.dataset.dealStage,
  });
  card.removeAttribute("aria-busy");
  if ("refused" in answer) {
    place(card, from, before);
    toast(answer.refused === 409 ? say.stale : say.failed);
    return;
  }
  const fresh = show(card, answer);
  const words = say.moved.replace("{stage}", to.dataset.name);
  toast(words, { undo: () => takeBack(fresh.dataset.deal, answer.version, from, before) });
}

async function takeBack(code, version, home, before) {
  const answer = await send(code, "undo", { version });
  const card = board.querySelector(`[data-deal="${CSS.escape(code)}"]`);
  if ("refused" in answer || !card) return toast(say.late);
  place(card, home, before);
  const fresh = show(card, answer);
  linkOf(fresh).focus();
  return toast(say.undone.replace("{stage}", home.dataset.name), { seconds: 4 });
}

/** Draw what the server says of a card and of the heads of the columns that it changed. */
function show(card, answer) {
  const template = document.createElement("template");
  template.innerHTML = answer.card;
  const fresh = template.content.querySelector(".deal-card");
  const hadFocus = card.contains(document.activeElement);
  card.replaceWith(fresh);
  if (hadFocus) linkOf(fresh).focus();
  for (const list of lists) {
    const head = answer.heads[list.dataset.dealStage];
    if (!head) continue;
    const column = list.closest(".board-column");
    column.querySelector("[data-count]").textContent = figures.format(head.count);
    column.querySelector("[data-sum]").textContent = head.sum;
    const more = column.querySelector(".board-more a");
    if (more) more.textContent = more.textContent.replace(/\d[\d,]*/, figures.format(head.count));
  }
  return fresh;
}

function place(card, list, before) {
  const hadFocus = card.contains(document.activeElement);
  const left = card.parentElement;
  if (left !== list || before) list.insertBefore(card, before?.parentElement === list ? before : null);
  if (!left.children.length) left.replaceChildren();  // only then is it :empty
  if (hadFocus) { linkOf(card).focus(); card.scrollIntoView({ block: "nearest", inline: "nearest" }); }
}

// ── by mouse and finger
const neighbour = new WeakMap();
function makeSortable(list) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  Sortable.create(list, {
    group: "deals", draggable: ".deal-card", sort: false, animation: calm ? 0 : 140,
    ghostClass: "is-ghost", dragClass: "is-lifted", filter: ".deal-move", preventOnFilter: false,
    delay: 180, delayOnTouchOnly: true, touchStartThreshold: 4, scroll: true, bubbleScroll: true,
    onStart: ({ item }) => { neighbour.set(item, item.nextElementSibling); },
    onMove: ({ to }) => { for (const other of lists) other.classList.toggle("is-target", other === to); },
    onEnd: ({ item, from, to }) => {
      for (const other of lists) other.classList.remove("is-target");
      if (from !== to) save(item, from, neighbour.get(item), to);
    },
  });
}

// ── by keyboard
function onKey(event) {
  const link = event.target.closest?.(".deal-title a");
  if (!link || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const card = cardOf(link);
  const at = lists.indexOf(card.parentElement);
  const sideways = { ArrowLeft: lists[at - 1], ArrowRight: lists[at + 1] }[event.key];
  const along = { ArrowUp: card.previousElementSibling, ArrowDown: card.nextElementSibling }[event.key];
  if (event.key === "ArrowRight" && at === lists.length - 1) {
    event.preventDefault();
    return toast(say.win);
  }
  if (!sideways && !along) return;
  event.preventDefault();
  if (sideways) save(card, card.parentElement, card.nextElementSibling, sideways);
  else linkOf(along)?.focus();
}

// ── by menu
const menu = Object.assign(document.createElement("div"), { className: "menu-panel move-menu", role: "menu", popover: "auto" });
let opener = null;

function openMenu(button) {
  opener = button;
  const card = cardOf(button);
  menu.setAttribute("aria-label", say.menu);
  menu.replaceChildren(...lists.filter((list) => list !== card.parentElement).map((list) => {
    const item = Object.assign(document.createElement("button"), { type: "button", className: "menu-item", role: "menuitem", textContent: list.dataset.name });
    item.addEventListener("click", () => {
      menu.hidePopover();
      save(card, card.parentElement, card.nextElementSibling, list);
    });
    return item;
  }));
  menu.showPopover();
  const at = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(at.right - size.width, innerWidth - size.width - 8))}px`;
  menu.style.top = `${at.bottom + size.height + 8 > innerHeight ? Math.max(8, at.top - size.height - 4) : at.bottom + 4}px`;
  menu.querySelector("button")?.focus();
}

menu.addEventListener("keydown", (event) => {
  const items = [...menu.children];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
});
menu.addEventListener("toggle", (event) => {
  if (event.newState === "closed" && opener?.isConnected && !document.activeElement?.closest(".deal-card")) opener.focus();
});

if (board) {
  document.body.append(menu);
  // Without the CDN there is no dragging; the keys and the menu stay.
  if (window.Sortable) lists.forEach(makeSortable);
  board.addEventListener("keydown", onKey);
  board.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button || !menu.showPopover) return;
    event.preventDefault();
    openMenu(button);
  });
}
