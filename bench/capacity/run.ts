/**
 * `npm run capacity`: from the measured rows, calls and milliseconds to what a load needs and costs, where it meets a limit,
 * and how the fan-out behaves under a spike. `-- --measured FILE` takes another report of `npm run bench`, `--seed N` another
 * crowd, `--var NAME:VALUE` another limit, `--validate` a run of the real Worker that the model has not seen.
 */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseLimits } from "../../workers/lib/limits.ts";
import { MEASURED_FILE, readMeasured, takeReport } from "./measured.ts";
import { showPublished } from "./published.ts";
import { countRowBytes } from "./row-bytes.ts";
import { showBreakEven } from "./push-or-pull.ts";
import { showHeadline, showLoads } from "./sections.ts";
import { showRuns } from "./simulator/runs.ts";
import { validate } from "./validate.ts";

const { values } = parseArgs({
  options: {
    measured: { type: "string" },
    seed: { type: "string", default: "1" },
    var: { type: "string", multiple: true, default: [] },
    validate: { type: "boolean", default: false },
    take: { type: "string" },
  },
});

/** NAME:VALUE pairs. */
function varsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf(":");
      if (at < 1) throw new Error(`--var takes NAME:VALUE, not ${pair}`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** Writes measured.json from a report of `npm run bench`, with what it was taken on. */
function take(file: string): void {
  const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8" }).trim();
  const [cpu] = cpus();
  const machine = `${cpus().length} shared cores, ${cpu?.model ?? "unknown"}, workerd run directly`;
  const taken = { date: new Date().toISOString().slice(0, 10), commit: git("rev-parse", "--short", "HEAD"), machine };
  const report = JSON.parse(readFileSync(file, "utf8")) as object;
  const measured = takeReport({ ...report, taken, bytes: countRowBytes() }, file, readMeasured(null));
  writeFileSync(MEASURED_FILE, `${JSON.stringify(measured, null, 2)}\n`);
  console.log(`bench/capacity/measured.json is of ${taken.date}, commit ${taken.commit}`);
}

function show(): void {
  const measured = readMeasured(values.measured ?? null);
  const vars = varsOf(values.var);
  const limits = parseLimits(vars);
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error("--seed takes a whole number");
  const { date, commit, machine } = measured.taken;
  const lines = [
    `Measured on ${date}, commit ${commit}, ${machine}: ${measured.costs.length} operations counted,`,
    `${Math.round(measured.speed.deliveriesPerSecond)} deliveries/s of one consumer, ${measured.speed.homeCpuMs.toFixed(2)} ms CPU a page of home; list prices of November 2026`,
    ...showLoads(measured, limits),
    ...showHeadline(measured, limits),
    ...showBreakEven(measured, limits),
    ...showRuns(measured, seed, vars),
    ...showPublished(measured, limits),
  ];
  console.log(lines.join("\n"));
}

if (values.take !== undefined) take(values.take);
else if (values.validate) process.exitCode = await validate();
else show();
