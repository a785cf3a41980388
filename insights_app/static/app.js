// Writes times in the reader's zone, draws charts, and opens the printer. Pages are whole without it.
"use strict";

function inReadersZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const long = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
  const short = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  for (const element of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    element.title = element.textContent;
    element.textContent = ("short" in element.dataset ? short : long).format(moment);
  }
  const shown = document.getElementById("zone");
  if (shown) shown.textContent = `are of ${zone}`;
}

function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const quiet = { labelColor: colour("--muted"), titleColor: colour("--muted"), gridColor: colour("--line"), domainColor: colour("--line"), tickColor: colour("--line"), labelFont: "system-ui", titleFont: "system-ui", titleFontWeight: "normal" };
  return {
    background: "transparent",
    font: "system-ui",
    view: { stroke: null },
    axis: quiet,
    legend: { labelColor: colour("--text"), labelFont: "system-ui" },
    range: { category: ["--series-1", "--series-2", "--series-3", "--series-4", "--series-5", "--series-6"].map(colour) },
    style: { land: { fill: colour("--land"), stroke: colour("--surface") }, place: { fill: colour("--series-1") }, "watch-limit": { stroke: colour("--warn"), fill: colour("--warn") }, "bad-limit": { stroke: colour("--bad"), fill: colour("--bad") } },
  };
}

async function drawCharts() {
  if (!window.vegaEmbed) return;
  for (const place of document.querySelectorAll("[data-spec]")) {
    const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
    // `ast` evaluates expressions without eval, which the page's policy forbids.
    await window.vegaEmbed(place, spec, { actions: false, ast: true, renderer: "svg", config: theme() });
    place.dataset.drawn = "yes";
  }
}

document.addEventListener("DOMContentLoaded", () => {
  inReadersZone();
  drawCharts();
  const print = document.getElementById("print");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open], details.term[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open], details.term[open]")) menu.open = false;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
});
