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
