// The funnel page: draws the picture and opens exactly the people behind a part of it.
import { drawFunnel } from "./funnel.js";
import "./filters.js";

const reading = document.querySelector("[data-reading]");
const panel = document.querySelector("[data-panel]");
const figure = document.querySelector("[data-funnel]");

if (reading) {
  const told = JSON.parse(document.getElementById("funnel-data").textContent);
  drawFunnel(figure, told.steps, (step, part) => open(address(told.page, step.code, part)));

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.target.closest("[data-people], .funnel-name");
    if (link) { event.preventDefault(); open(link.href); }
    if (event.target.closest("[data-close]")) { event.preventDefault(); close(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) close();
  });
  addEventListener("popstate", () => location.reload());
  mark(new URL(location.href).searchParams.get("step"));

  function address(page, code, part) {
    const url = new URL(page, location.href);
    url.searchParams.set("step", code);
    url.searchParams.set("part", part);
    return url.href;
  }

  let latest = 0;
  let opener = null;

  async function open(href) {
    const own = ++latest;
    const url = new URL(href);
    const source = new URL(told.people, location.href);
    url.searchParams.forEach((value, name) => source.searchParams.set(name, value));
    if (panel.hidden || !panel.contains(document.activeElement)) opener = document.activeElement;
    panel.setAttribute("aria-busy", "true");
    let answer;
    try {
      answer = await fetch(source, { headers: { Accept: "text/html" } });
    } catch {
      answer = null;
    }
    // Whoever was asked for last is shown, whoever answers last.
    if (own !== latest) return;
    panel.removeAttribute("aria-busy");
    // Logged out meanwhile, or gone: the page itself knows what to say.
    if (!answer?.ok || answer.redirected) { location.href = href; return; }
    panel.innerHTML = await answer.text();
    panel.hidden = false;
    reading.classList.add("is-open");
    url.hash = "";
    history.replaceState(null, "", url);
    mark(url.searchParams.get("step"));
    const title = panel.querySelector("h2");
    title.focus({ preventScroll: true });
    const { top, bottom } = title.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) panel.scrollIntoView({ block: "start" });
  }

  function close() {
    latest += 1;
    panel.hidden = true;
    panel.replaceChildren();
    reading.classList.remove("is-open");
    history.replaceState(null, "", told.page);
    mark(null);
    if (opener?.isConnected) opener.focus({ preventScroll: true });
  }

  function mark(code) {
    const index = told.steps.findIndex((step) => step.code === code);
    figure.querySelectorAll(".funnel-step").forEach((node, at) => node.classList.toggle("is-current", at === index));
  }
}

// Two ways to choose a period: the one that was touched last wins.
document.querySelector("form[data-tidy] select[name=period]")?.addEventListener("change", (event) => {
  if (!event.target.value) return;
  for (const other of event.target.form.querySelectorAll("[name=from], [name=to]")) other.remove();
});
