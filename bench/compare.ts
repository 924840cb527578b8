/**
 * Two runs held against each other. Only ratios to work of the same rounds are judged, for two runs never meet the same
 * weather; absolute figures stand beside them. Counts of rows and calls have no noise.
 */
import { readFileSync } from "node:fs";
import type { Results } from "./report.ts";
import { EMPTY, type Ratio } from "./scenario.ts";
import { median } from "./statistics.ts";

export type Verdict = "moved" | "same" | "too noisy to say";

export interface Comparison {
  readonly lines: readonly string[];
  /** How many of each; `worse` counts those that moved for the worse. */
  readonly moved: number;
  readonly worse: number;
}

/** Between two runs a ratio may differ by this much with nothing changed: another process, other addresses in memory. */
const FLOOR = 0.1;
/** Where the noise is larger than this, a difference worth knowing of could hide in it. */
const TOO_NOISY = 0.25;
/** So many standard errors are noise. */
const ERRORS = 3;
/** The standard error of a median against that of a mean; a median deviation against a standard deviation. */
const OF_MEDIAN = 1.2533;
const OF_DEVIATION = 1.4826;
/** Counts are exact but for queues' batches, which may fall a little differently: of the price, and dollars a million. */
const COST_FLOOR = 0.005;

export function readResults(file: string): Results {
  const results = JSON.parse(readFileSync(file, "utf8")) as Partial<Results>;
  if (results.format !== 1 || !Array.isArray(results.scenarios))
    throw new Error(`${file} is no report of npm run bench`);
  return results as Results;
}

export interface Judged {
  readonly verdict: Verdict;
  /** Natural logarithms: how far the medians are apart, and how far noise alone may put them. */
  readonly difference: number;
  readonly noise: number;
}

/** Holds the rounds of one run against those of another. */
export function judge(before: readonly number[], after: readonly number[]): Judged {
  const [a, b] = [before, after].map((values) => values.filter((value) => value > 0).map(Math.log));
  if (a === undefined || b === undefined || a.length === 0 || b.length === 0) {
    return { verdict: "too noisy to say", difference: 0, noise: Infinity };
  }
  const difference = median(b) - median(a);
  const noise = Math.max(Math.log1p(FLOOR), ERRORS * Math.hypot(errorOf(a), errorOf(b)));
  if (Math.abs(difference) > noise) return { verdict: "moved", difference, noise };
  return { verdict: noise > Math.log1p(TOO_NOISY) ? "too noisy to say" : "same", difference, noise };
}

/** The standard error of the median of `values`. One value alone says nothing about how far it can be trusted. */
function errorOf(values: readonly number[]): number {
  if (values.length < 2) return Infinity;
  const middle = median(values);
  const deviation = OF_DEVIATION * median(values.map((value) => Math.abs(value - middle)));
  return (OF_MEDIAN * deviation) / Math.sqrt(values.length);
}

export function compareRuns(before: Results, after: Results): Comparison {
  const lines = ["", `Against the run of ${before.at.slice(0, 16)}`, "-".repeat(33)];
  if (before.scale !== after.scale) lines.push(`one of them was a ${before.scale} run, the other a ${after.scale} one`);
  const speeds = compareSpeeds(before, after);
  const costs = compareCosts(before, after);
  lines.push(...rowsOf(speeds.rows), ...costs.lines, ...missing(before, after));
  const moved = speeds.moved + costs.moved;
  const worse = speeds.worse + costs.worse;
  lines.push(moved === 0 ? "nothing moved" : `${moved} moved, ${worse} of them for the worse`);
  return { lines, moved, worse };
}

const percent = (difference: number): string => {
  const by = Math.expm1(difference) * 100;
  return `${by >= 0 ? "+" : ""}${by.toFixed(0)} %`;
};

function compareSpeeds(before: Results, after: Results) {
  const rows: string[][] = [];
  let [moved, worse] = [0, 0];
  for (const now of after.scenarios) {
    const then = before.scenarios.find(({ name }) => name === now.name);
    if (then === undefined) continue;
    for (const { reference, values } of judgedOf(now.ratios)) {
      const old = then.ratios.find((one) => one.reference === reference)?.values ?? [];
      const { verdict, difference, noise } = judge(old, values);
      if (verdict === "moved") moved += 1;
      if (verdict === "moved" && difference < 0) worse += 1;
      const word = verdict === "moved" ? (difference > 0 ? "moved, faster" : "moved, slower") : verdict;
      const ratios = `${median(old).toFixed(2)} -> ${median(values).toFixed(2)}`;
      const within = Number.isFinite(noise) ? `±${(Math.expm1(noise) * 100).toFixed(0)} %` : "-";
      const absolute = `${median(then.rates).toFixed(0)} -> ${median(now.rates).toFixed(0)} ${now.unit}/s`;
      rows.push([now.name, reference, ratios, percent(difference), within, word, absolute]);
    }
  }
  return { rows, moved, worse };
}

/** Against the empty object where there is one; against other work of the same run otherwise. */
function judgedOf(ratios: readonly Ratio[]): readonly Ratio[] {
  const toEmpty = ratios.filter(({ reference }) => reference === EMPTY);
  return toEmpty.length > 0 ? toEmpty : ratios;
}

function compareCosts(before: Results, after: Results): { lines: string[]; moved: number; worse: number } {
  const lines: string[] = [];
  let worse = 0;
  for (const now of after.costs) {
    const then = before.costs.find(({ operation }) => operation === now.operation);
    if (then === undefined) continue;
    const [old, price] = [then.dollarsPerMillion, now.dollarsPerMillion];
    if (Math.abs(price - old) <= Math.max(old * COST_FLOOR, COST_FLOOR)) continue;
    if (price > old) worse += 1;
    const word = price > old ? "dearer" : "cheaper";
    lines.push(`moved, ${word}: ${now.operation}: $${old.toFixed(2)} -> $${price.toFixed(2)} a million`);
  }
  const compared = after.costs.filter(({ operation }) =>
    before.costs.some((one) => one.operation === operation),
  ).length;
  const moved = lines.length;
  if (compared > 0) lines.push(`prices of ${compared} operations compared: ${compared - moved} same, ${moved} moved`);
  return { lines, moved, worse };
}

function missing(before: Results, after: Results): string[] {
  const names = (results: Results) => new Set(results.scenarios.map(({ name }) => name));
  const [then, now] = [names(before), names(after)];
  const gone = [...then].filter((name) => !now.has(name));
  const fresh = [...now].filter((name) => !then.has(name));
  return [
    ...(gone.length > 0 ? [`only in the earlier run: ${gone.join("; ")}`] : []),
    ...(fresh.length > 0 ? [`only in the later run: ${fresh.join("; ")}`] : []),
  ];
}

function rowsOf(rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return ["no scenario is in both"];
  const head = ["", "against", "ratio", "change", "noise", "verdict", "absolute, weather included"];
  const all = [head, ...rows];
  const widths = head.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
