/** Plots as inline SVG: colours come from the page's CSS variables, so they follow its light or dark scheme. */

/** Wide enough for a phone, where one plot fills the width; so its letters are never scaled down. */
export const WIDTH = 340;
const LEFT = 42;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 30;

export interface Point {
  readonly x: number;
  /** null: a gap. */
  readonly y: number | null;
}

export interface Line {
  readonly name: string;
  /** A CSS variable's name: `--one`. */
  readonly colour: string;
  readonly points: readonly Point[];
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly Line[];
  readonly logX?: boolean;
  readonly logY?: boolean;
  readonly height?: number;
  /** Where x begins and ends; without it, where the points do. */
  readonly domain?: readonly [from: number, to: number];
  /** A stretch of x that is set off, with a word for it. */
  readonly band?: { readonly from: number; readonly to: number; readonly name: string };
}

export const escapeText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** `value` with as many digits as say something. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return `${Math.round(value / 1000)}k`;
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(Number.isInteger(value) ? 0 : 1);
  if (Number.isInteger(value)) return String(value);
  return size >= 0.1 ? value.toFixed(size >= 1 ? 1 : 2) : String(Number(value.toPrecision(1)));
}

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

function linear(low: number, high: number, from: number, to: number): Scale {
  const span = high - low || 1;
  const step = stepFor(span / 4);
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step / 1e6; tick += step) ticks.push(tick);
  return { at: (value) => from + ((value - low) / span) * (to - from), ticks };
}

function stepFor(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((one) => one * power >= rough) ?? 10;
  return factor * power;
}

/** Ticks at powers of ten, and between them where there are few. */
function logarithmic(low: number, high: number, from: number, to: number): Scale {
  const [a, b] = [Math.log10(low), Math.log10(high)];
  const span = b - a || 1;
  const factors = span > 2.5 ? [1] : span > 1.2 ? [1, 3] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(a); power <= b; power += 1) {
    for (const factor of factors) {
      const tick = factor * 10 ** power;
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  return { at: (value) => from + ((Math.log10(Math.max(value, low)) - a) / span) * (to - from), ticks };
}

/** The whole figure: title, legend, plot. Empty where nothing is to be shown. */
export function lineChart(chart: LineChart): string {
  const points = chart.lines.flatMap((line) => line.points.filter(({ y }) => y !== null));
  if (points.length === 0) return "";
  const height = chart.height ?? 190;
  const xs = points.map(({ x }) => x).filter((x) => !chart.logX || x > 0);
  const ys = points.flatMap(({ y }) => (y === null || (chart.logY && y <= 0) ? [] : [y]));
  const [from, to] = chart.domain ?? [Math.min(...xs), Math.max(...xs)];
  const x = (chart.logX ? logarithmic : linear)(from, to, LEFT, WIDTH - RIGHT);
  const yLow = chart.logY ? Math.min(...ys) : 0;
  const y = (chart.logY ? logarithmic : linear)(yLow, Math.max(...ys) || 1, height - BOTTOM, TOP);
  const body = [
    bandOf(chart, x, height),
    gridOf(x, y, height),
    ...chart.lines.map((line) => pathOf(line, x, y)),
    label(WIDTH - RIGHT, height - 3, chart.xLabel, "end"),
  ];
  return figure(chart.title, chart.lines, svg(height, chart.title, body.join("")), chart.yLabel);
}

function bandOf({ band }: LineChart, x: Scale, height: number): string {
  if (band === undefined) return "";
  const [from, to] = [x.at(band.from), x.at(band.to)];
  const width = Math.max(2, to - from).toFixed(1);
  const shape = `<rect class="band" x="${from.toFixed(1)}" y="${TOP}" width="${width}" height="${height - BOTTOM - TOP}"/>`;
  return `${shape}${label(to + 3, TOP + 9, band.name, "start")}`;
}

function gridOf(x: Scale, y: Scale, height: number): string {
  const base = height - BOTTOM;
  const across = y.ticks.map((tick) => {
    const at = y.at(tick).toFixed(1);
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>${label(LEFT - 4, y.at(tick) + 3.5, shortNumber(tick), "end")}`;
  });
  const down = x.ticks.map((tick) => label(x.at(tick), base + 13, shortNumber(tick), "middle"));
  return `${across.join("")}<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${base}" y2="${base}"/>${down.join("")}`;
}

function pathOf({ name, colour, points }: Line, x: Scale, y: Scale): string {
  let path = "";
  let pen = "M";
  for (const point of points) {
    if (point.y === null) pen = "M";
    else {
      // A point between two gaps is drawn as a line of no length, whose round ends make a dot.
      const at = `${x.at(point.x).toFixed(1)} ${y.at(point.y).toFixed(1)}`;
      path += pen === "M" ? `M${at}L${at}` : `L${at}`;
      pen = "L";
    }
  }
  return `<path class="line" style="stroke:var(${colour})" d="${path}"><title>${escapeText(name)}</title></path>`;
}

const label = (x: number, y: number, text: string, anchor: "start" | "middle" | "end"): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escapeText(text)}</text>`;

const svg = (height: number, title: string, body: string): string =>
  `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}">${body}</svg>`;

function figure(
  title: string,
  legend: readonly { readonly name: string; readonly colour: string }[],
  body: string,
  note = "",
): string {
  const keys = legend.map(
    ({ name, colour }) => `<li><i style="background:var(${colour})"></i>${escapeText(name)}</li>`,
  );
  const above = note === "" ? "" : `<p class="unit">${escapeText(note)}</p>`;
  const list = keys.length < 2 ? "" : `<ul class="legend">${keys.join("")}</ul>`;
  return `<figure><figcaption>${escapeText(title)}</figcaption>${list}${above}${body}</figure>`;
}

export interface Interval {
  readonly name: string;
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

const ROW = 34;
/** Characters that fit into the width of a plot. */
const LETTERS = 56;

/** `name` with `words` behind it, shortened in the name where both do not fit. */
function fitted(name: string, words: string): string {
  const room = LETTERS - words.length;
  return `${name.length > room ? `${name.slice(0, room - 1)}…` : name}${words}`;
}

/** One row each: a line from the least to the most, a dot at the median. Values are written beside. */
export function intervalChart(title: string, rows: readonly Interval[], unit: string, mark?: number): string {
  if (rows.length === 0) return "";
  const high = Math.max(...rows.map((row) => row.high), mark ?? 0);
  const low = Math.min(...rows.map((row) => row.low), mark ?? Infinity);
  const height = rows.length * ROW + BOTTOM;
  const scale = logarithmic(Math.max(low * 0.8, 1e-4), high * 1.25, 8, WIDTH - 8);
  const base = height - BOTTOM;
  const ticks = scale.ticks.map(
    (tick) =>
      `<line class="grid" x1="${scale.at(tick).toFixed(1)}" x2="${scale.at(tick).toFixed(1)}" y1="0" y2="${base}"/>` +
      label(scale.at(tick), base + 13, shortNumber(tick), "middle"),
  );
  const at = scale.at(mark ?? 1).toFixed(1);
  const marked = mark === undefined ? "" : `<line class="mark" x1="${at}" x2="${at}" y1="0" y2="${base}"/>`;
  const shapes = rows.map((row, index) => {
    const y = index * ROW + 24;
    const [from, middle, to] = [row.low, row.middle, row.high].map((value) => scale.at(value).toFixed(1));
    const words = `: ${shortNumber(row.middle)} (${shortNumber(row.low)} to ${shortNumber(row.high)})`;
    return (
      `<g><title>${escapeText(row.name + words)}</title>${label(8, y - 9, fitted(row.name, words), "start")}` +
      `<line class="span" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/><circle cx="${middle}" cy="${y}" r="4.5"/></g>`
    );
  });
  const words = label(WIDTH - 8, height - 3, unit, "end");
  return figure(title, [], svg(height, title, `${ticks.join("")}${marked}${shapes.join("")}${words}`));
}

export interface Stack {
  readonly name: string;
  readonly parts: readonly { readonly name: string; readonly colour: string; readonly value: number }[];
}

/** One bar each, made of parts, with its sum beside its name. */
export function stackChart(title: string, rows: readonly Stack[], unit: string): string {
  if (rows.length === 0) return "";
  const sumOf = (row: Stack) => row.parts.reduce((total, { value }) => total + value, 0);
  const high = Math.max(...rows.map(sumOf)) || 1;
  const height = rows.length * ROW + 6;
  const shapes = rows.map((row, index) => {
    const y = index * ROW + 6;
    let x = 8;
    const bars = row.parts.map(({ name, colour, value }) => {
      const width = (value / high) * (WIDTH - 16);
      const bar = `<rect style="fill:var(${colour})" x="${x.toFixed(1)}" y="${y + 13}" width="${width.toFixed(1)}" height="12"><title>${escapeText(`${row.name}, ${name}: ${value.toFixed(2)}`)}</title></rect>`;
      x += width;
      return bar;
    });
    return `<g>${label(8, y + 9, fitted(row.name, `: ${unit}${sumOf(row).toFixed(2)}`), "start")}${bars.join("")}</g>`;
  });
  const legend = (rows[0]?.parts ?? []).map(({ name, colour }) => ({ name, colour }));
  return figure(title, legend, svg(height, title, shapes.join("")));
}
