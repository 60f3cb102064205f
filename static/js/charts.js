// Draws the charts of a page in the colours of its theme; draws them again when either changes.
"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)");
const narrow = matchMedia("(max-width: 720px)");

function coloured(value, style) {
  if (typeof value === "string" && value.startsWith("--")) return style.getPropertyValue(value).trim();
  if (Array.isArray(value)) return value.map((one) => coloured(one, style));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, coloured(one, style)]));
  }
  return value;
}

function withFrame(layout, style, named) {
  const below = 20 * Math.ceil(named / (narrow.matches ? 1 : 2));
  const axis = { gridcolor: style.getPropertyValue("--line"), zerolinecolor: style.getPropertyValue("--line"), automargin: true };
  return {
    ...layout,
    xaxis: { ...axis, ...layout.xaxis },
    yaxis: { ...axis, ...layout.yaxis },
    autosize: true,
    height: 320 + below,
    margin: { l: 10, r: 16, t: 24, b: 52 + below },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", size: 12, color: style.getPropertyValue("--ink-2") },
    legend: { orientation: "h", x: 0, yref: "container", y: 0, yanchor: "bottom" },
    hoverlabel: { bgcolor: style.getPropertyValue("--card"), font: { color: style.getPropertyValue("--ink") } },
  };
}

let loading;
const drawn = new WeakMap(); // of each chart the figure that it shows

// Plotly is large: it comes when the first chart is about to be seen.
function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = document.querySelector("meta[name=plotly]").content;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("Plotly could not be loaded"));
    document.head.append(script);
  });
  return loading;
}

async function draw(chart, isForced = false) {
  const figure = document.getElementById(chart.dataset.figure);
  if (!figure || (!isForced && drawn.get(chart) === figure.textContent)) return;
  const Plotly = await plotly();
  drawn.set(chart, figure.textContent);
  const style = getComputedStyle(document.documentElement);
  const { data, layout } = coloured(JSON.parse(figure.textContent), style);
  if (narrow.matches) {
    for (const one of data) if (one.mode === "markers+text") one.mode = "markers";
  }
  if (!chart.classList.contains("drawn")) chart.replaceChildren();
  chart.classList.add("drawn");
  const named = data.filter((one) => one.showlegend !== false && one.name).length;
  Plotly.react(chart, data, withFrame(layout, style, named), { displayModeBar: false, responsive: true });
}

const seen = new IntersectionObserver((entries) => {
  for (const one of entries) {
    if (!one.isIntersecting) continue;
    seen.unobserve(one.target);
    draw(one.target);
  }
}, { rootMargin: "400px" });

function drawAll() {
  for (const chart of document.querySelectorAll(".chart[data-figure]")) seen.observe(chart);
}

function drawAgain() {
  for (const chart of document.querySelectorAll(".chart.drawn")) draw(chart, true);
}

dark.addEventListener("change", drawAgain);
narrow.addEventListener("change", drawAgain);
document.addEventListener("DOMContentLoaded", drawAll);
document.addEventListener("htmx:afterSettle", drawAll);
document.addEventListener("htmx:historyRestore", drawAll);
addEventListener("beforeprint", () => {
  for (const chart of document.querySelectorAll(".chart[data-figure]:not(.drawn)")) draw(chart);
});
