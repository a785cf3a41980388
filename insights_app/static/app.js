// Writes times in the reader's zone, draws charts, lights up links of a message, opens the printer. Pages are
// whole without it. Texts come from the page, in its language.
"use strict";

const LANGUAGE = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

function inReadersZone() {
  const long = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
  const short = new Intl.DateTimeFormat(LANGUAGE, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(LANGUAGE, { day: "numeric", month: "short" });
  // Days of the page are days of the reporting zone: where the reader's day is another, it is said.
  const isoDay = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short" });
  for (const element of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.valueOf())) continue;
    element.title = element.textContent;
    const under = element.dataset.day;
    if (under === undefined) element.textContent = long.format(moment);
    else element.textContent = short.format(moment) + (isoDay.format(moment) === under ? "" : `, ${day.format(moment)}`);
  }
  const shown = document.getElementById("zone");
  if (shown) shown.textContent = shown.dataset.said.replace("{zone}", ZONE);
  // The reader's own clock is among those to choose from.
  const clocks = document.querySelector("select[name=zone]");
  if (clocks && ![...clocks.options].some((each) => each.value === ZONE)) clocks.add(new Option(ZONE, ZONE));
}

function months(length) {
  const name = new Intl.DateTimeFormat(LANGUAGE, { month: length, timeZone: "UTC" });
  return Array.from({ length: 12 }, (_, month) => name.format(Date.UTC(2026, month, 1)));
}

function days(length) {
  const name = new Intl.DateTimeFormat(LANGUAGE, { weekday: length, timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, day) => name.format(Date.UTC(2026, 1, 1 + day)));
}

// Colours are names of the style sheet: a chart changes with the page from light to dark.
const MUTED = { labelColor: "var(--muted)", titleColor: "var(--muted)", labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
const LOOK = {
  background: "transparent",
  font: "system-ui, sans-serif",
  view: { stroke: null },
  axis: { ...MUTED, gridColor: "var(--line)", domain: false, tickColor: "var(--line)", labelPadding: 6 },
  axisY: { ticks: false, titleAngle: 0, titleAlign: "left", titleAnchor: "end", titleX: 4, titleY: -8, tickCount: 4 },
  axisX: { domain: true, domainColor: "var(--line)", tickCount: 8 },
  axisBand: { domain: false, ticks: false },
  legend: { labelColor: "var(--text)", labelFontSize: 12, symbolSize: 90, offset: 8, titleColor: "var(--muted)", titleFontSize: 12, titleFontWeight: "normal", titleOrient: "left", titlePadding: 12 },
  text: { fontSize: 12 },
  geoshape: { fill: "var(--land)", stroke: "var(--surface)", strokeWidth: 0.6 },
  circle: { fill: "var(--series-1)", fillOpacity: 0.55, stroke: "var(--surface)", strokeWidth: 0.8, opacity: 1 },
  style: {
    pointer: { stroke: "var(--muted)", strokeWidth: 1 },
    figure: { fontSize: 12 },
  },
};

async function draw(place) {
  const spec = JSON.parse(document.getElementById(place.dataset.spec).textContent);
  const more = spec.usermeta ?? {};
  if (more.heightOfWidth) spec.height = Math.round(Math.min(place.clientWidth, 1100) * more.heightOfWidth);
  if (more.hasInstants) spec.layer[0].encoding.x.title = ZONE;
  // A phone has no room for names beside lines: they stand above.
  if (place.clientWidth < 480 && spec.layer?.some((layer) => layer.name === "names")) {
    spec.layer = spec.layer.filter((layer) => layer.name !== "names");
    spec.layer[0].encoding.y.title = null;
    spec.layer[0].encoding.color.legend = { title: null, orient: "top", symbolType: "square" };
  }
  const locale = { dateTime: "%-d %b %Y %H:%M", date: "%-d %b %Y", time: "%H:%M", periods: ["AM", "PM"], days: days("long"), shortDays: days("short"), months: months("long"), shortMonths: months("short") };
  const drawn = document.createElement("div");
  drawn.className = "drawn";
  // The place around it says what it is, and the table below has its numbers.
  drawn.setAttribute("aria-hidden", "true");
  place.append(drawn);
  // `ast` evaluates expressions without eval, which the page's policy forbids.
  await window.vegaEmbed(drawn, spec, { actions: false, ast: true, renderer: "svg", config: place.clientWidth < 480 ? { ...LOOK, axisX: { ...LOOK.axisX, tickCount: 4 } } : LOOK, timeFormatLocale: locale });
  place.querySelector(".drawing").remove();
}

async function drawCharts() {
  for (const place of document.querySelectorAll("[data-spec]")) {
    try {
      await draw(place);
    } catch (error) {
      place.querySelector(".drawing").textContent = place.dataset.failed;
      place.classList.add("failed");
      console.error(error);
    }
    place.dataset.drawn = "yes";
  }
}

// A link of the message and its line of the list light up together.
function lightLinks() {
  const frame = document.querySelector("iframe.message");
  if (!frame) return;
  const lines = new Map([...document.querySelectorAll("[data-link]")].map((line) => [line.dataset.link, line]));
  const light = (number, isLit, isSeen) => {
    const link = frame.contentDocument?.getElementById(`link-${number}`);
    link?.classList.toggle("lit", isLit);
    lines.get(number)?.classList.toggle("lit", isLit);
    if (isLit && isSeen) link?.scrollIntoView({ block: "nearest" });
  };
  const listen = (element, number, isSeen) => {
    for (const name of ["pointerenter", "focusin"]) element.addEventListener(name, () => light(number, true, isSeen));
    for (const name of ["pointerleave", "focusout"]) element.addEventListener(name, () => light(number, false, isSeen));
  };
  for (const [number, line] of lines) listen(line, number, true);
  const inside = () => {
    const shown = frame.contentDocument;
    if (!shown?.body || shown.body.dataset.heard) return;
    shown.body.dataset.heard = "yes";
    frame.style.height = `${Math.min(Math.max(shown.body.offsetHeight + 48, 160), 900)}px`;
    for (const link of shown.querySelectorAll("[id^=link-]")) listen(link, link.id.slice(5), false);
  };
  frame.addEventListener("load", inside);
  if (frame.contentDocument?.readyState === "complete") inside();
}

// A KPI's definition stands below the heading that was asked, as far as the window has room.
function placeDefinitions() {
  document.addEventListener("toggle", (event) => {
    const words = event.target;
    if (!words.matches?.(".definition") || event.newState !== "open") return;
    const heading = document.querySelector(`[popovertarget="${words.id}"]`).getBoundingClientRect();
    words.style.left = `${Math.max(8, Math.min(heading.left, innerWidth - words.offsetWidth - 8))}px`;
    words.style.top = `${Math.min(heading.bottom + 6, innerHeight - words.offsetHeight - 8)}px`;
  }, true);
}

function closeMenus() {
  const open = () => document.querySelectorAll("details.menu[open], details.term[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// A bar above the page while the next one is fetched; files leave the page where it is.
function showLoading() {
  const busy = (isBusy) => document.documentElement.classList.toggle("busy", isBusy);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || link.download || link.target || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.pathname + link.search !== location.pathname + location.search) busy(true);
  });
  document.addEventListener("submit", () => busy(true));
  window.addEventListener("pageshow", () => busy(false));
}

document.addEventListener("DOMContentLoaded", () => {
  inReadersZone();
  closeMenus();
  placeDefinitions();
  showLoading();
  lightLinks();
  const print = document.getElementById("print");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }
  // A chosen tile's panel and a table that was sorted are at hand where the page was.
  document.querySelector('[aria-current="true"].tile')?.scrollIntoView({ block: "nearest", inline: "center" });
  if (window.vegaEmbed) drawCharts();
  else for (const place of document.querySelectorAll("[data-spec] .drawing")) place.textContent = place.parentElement.dataset.failed;
});
