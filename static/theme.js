// Runs before the first paint: theme, width of the navigation, and the component styles.
(() => {
  const root = document.documentElement;
  const self = document.currentScript;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const recall = (key) => {
    try { return localStorage.getItem(key); } catch { return null; }
  };

  const paint = () => {
    const wish = recall("theme");
    root.dataset.bsTheme = wish === "light" || wish === "dark" ? wish : dark.matches ? "dark" : "light";
    root.dataset.themeWish = wish ?? "auto";
  };
  paint();
  dark.addEventListener("change", paint);
  addEventListener("storage", paint);
  addEventListener("theme-wish", paint);
  root.classList.add("js");
  const width = recall("nav") ?? (innerWidth < 1024 ? "narrow" : "wide");
  if (width === "narrow") root.dataset.nav = "narrow";

  // A slow or blocked CDN may hold the first paint for a moment, never for good:
  // tracker.css alone is a complete page.
  const PATIENCE = 300;
  if (!self.dataset.style) return;
  const styles = document.createElement("link");
  styles.rel = "stylesheet";
  styles.href = self.dataset.style;
  styles.integrity = self.dataset.integrity;
  styles.crossOrigin = "anonymous";
  styles.blocking?.add("render");
  self.after(styles);
  setTimeout(() => styles.blocking?.remove("render"), PATIENCE);
})();
