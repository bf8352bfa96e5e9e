// Draws the funnel of macros.html with Chart.js; the steps below it stay the words.
import { calm, colour, faint, hatch, onTheme } from "./palette.js";

const HUES = { marketing: "marketing", handoff: "sales", sales: "sales", won: "won" };

/**
 * Draw a figure[data-funnel].
 * steps: [{name, side, reached, skipped?, waiting, left, previous?, zoom?, tips: {reached, skipped, waiting, left}}];
 * `reached` is the bar; of it `skipped` were never seen here, `waiting` are still here and `left` have gone;
 * `previous` is the ghost.
 * `zoom` draws a step's bar so many times as tall; the figure says so.
 * choose(step, part) is called for a click on a part: "reached", "skipped", "waiting" or "left".
 */
export function drawFunnel(figure, steps, choose) {
  figure.classList.toggle("is-plain", !window.Chart);
  if (!window.Chart) return null;
  const chart = new window.Chart(figure.querySelector("canvas"), {
    type: "bar",
    data: { labels: steps.map((step) => step.name), datasets: bars(steps) },
    options: options(steps, choose),
  });
  onTheme(() => { dress(chart, steps); chart.update("none"); });
  return chart;
}

function bars(steps) {
  const shape = { stack: "now", grouped: false, barPercentage: 0.84, categoryPercentage: 1, borderSkipped: false };
  const tall = (number) => steps.map((step) => number(step) * (step.zoom ?? 1));
  const sets = [
    { ...shape, part: "reached", data: tall((step) => step.reached - (step.skipped ?? 0) - (step.waiting ?? 0) - (step.left ?? 0)) },
    { ...shape, part: "skipped", data: tall((step) => step.skipped ?? 0), borderWidth: 1.5 },
    { ...shape, part: "waiting", data: tall((step) => step.waiting ?? 0) },
    { ...shape, part: "left", data: tall((step) => step.left ?? 0), borderWidth: 1 },
  ];
  if (steps.some((step) => step.previous !== undefined)) {
    sets.push({
      ...shape, part: "previous", stack: "previous", data: tall((step) => step.previous ?? 0),
      barPercentage: 0.96, borderWidth: 1.5, borderDash: [4, 3],
    });
  }
  return sets;
}

function dress(chart, steps) {
  const hue = (step) => HUES[step.side] ?? "ink-3";
  const looks = {
    reached: [steps.map((step) => colour(hue(step)))],
    skipped: [steps.map((step) => faint(hue(step), 0.08)), steps.map((step) => colour(hue(step)))],
    waiting: [steps.map((step) => faint(hue(step), 0.42))],
    left: [steps.map((step) => hatch(hue(step))), steps.map((step) => faint(hue(step), 0.45))],
    previous: ["transparent", faint("ink-3", 0.8)],
  };
  for (const set of chart.data.datasets) {
    [set.backgroundColor, set.borderColor] = looks[set.part];
  }
  Object.assign(chart.options.plugins.tooltip, {
    backgroundColor: colour("ink"), titleColor: colour("surface"), bodyColor: colour("surface"),
  });
}

function highest(steps) {
  return Math.max(1, ...steps.map((step) => Math.max(step.reached, step.previous ?? 0) * (step.zoom ?? 1)));
}

function options(steps, choose) {
  const partAt = (chart, hit) => chart.data.datasets[hit.datasetIndex].part;
  return {
    animation: calm ? false : { duration: 350 },
    responsive: true,
    maintainAspectRatio: false,
    layout: { padding: { top: 12 } },
    // No axes: the columns of the picture must be the columns of the words below.
    scales: { x: { display: false, stacked: true }, y: { display: false, stacked: true, beginAtZero: true, grace: 0, max: highest(steps) } },
    interaction: { mode: "point", intersect: true },
    onHover: (event, hits, chart) => { chart.canvas.style.cursor = hits.length ? "pointer" : "default"; },
    onClick: (_event, hits, chart) => {
      if (hits.length && choose) choose(steps[hits[0].index], partAt(chart, hits[0]));
    },
    plugins: {
      legend: { display: false },
      tooltip: {
        padding: 10, cornerRadius: 6, displayColors: false,
        callbacks: {
          label: (item) => steps[item.dataIndex].tips?.[item.dataset.part] ?? Math.round(item.raw / (steps[item.dataIndex].zoom ?? 1)).toLocaleString(document.documentElement.lang),
        },
      },
    },
  };
}
