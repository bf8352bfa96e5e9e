// Colours and patterns of the design system for a canvas, which knows no CSS variables.
const probe = document.createElement("i");
probe.hidden = true;
document.body.append(probe);

/** The colour that a token has now, in the theme that is on: colour("marketing"). */
export function colour(token) {
  probe.style.color = `var(--${token})`;
  return getComputedStyle(probe).color;
}

/** The same colour, thinner: faint("marketing", 0.4). */
export function faint(token, alpha) {
  const [r, g, b] = colour(token).match(/[\d.]+/g);
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}

/** A hatch of a token's colour: those who left, in whatever step they left. */
export function hatch(token) {
  const size = 7;
  const scale = devicePixelRatio || 1;
  const tile = Object.assign(document.createElement("canvas"), { width: size * scale, height: size * scale });
  const pen = tile.getContext("2d");
  pen.scale(scale, scale);
  pen.strokeStyle = faint(token, 0.65);
  pen.lineWidth = 1.25;
  pen.beginPath();
  for (const shift of [-size, 0, size]) { pen.moveTo(shift, size); pen.lineTo(shift + size, 0); }
  pen.stroke();
  const pattern = pen.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / scale));
  return pattern;
}

/** Call now and whenever light and dark change places. */
export function onTheme(paint) {
  paint();
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}

export const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
