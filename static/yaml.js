// A fault's line is shown where it stands.
const text = document.getElementById("field-yaml");
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-line]");
  if (!link) return;
  event.preventDefault();
  const lines = text.value.split("\n");
  const from = lines.slice(0, link.dataset.line - 1).join("\n").length + (link.dataset.line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(from, from + (lines[link.dataset.line - 1] ?? "").length);
  text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, link.dataset.line - 5);
});
document.querySelector("[role=alert]")?.focus();
