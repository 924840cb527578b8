/** Part `costs`: what each operation uses, counted by test/costs over the real bindings, and what that is billed at. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../scripts/lib.ts";
import type { Usage } from "../test/costs/usage.ts";
import { OBJECT_MILLISECONDS_A_CALL, priceOf } from "./prices.ts";
import type { Report } from "./report.ts";

const DELIVERY = "one fan-out delivery";

const COLUMNS: readonly (readonly [title: string, name: Exclude<keyof Usage, "operation">])[] = [
  ["D1 stmts", "d1Statements"],
  ["D1 read", "d1RowsRead"],
  ["D1 written", "d1RowsWritten"],
  ["obj calls", "objectCalls"],
  ["obj read", "objectRowsRead"],
  ["obj written", "objectRowsWritten"],
  ["KV read", "kvReads"],
  ["KV written", "kvWrites"],
  ["queue ops", "queueOperations"],
  ["Worker reqs", "workerRequests"],
];

export async function benchCosts(report: Report): Promise<void> {
  report.section("Costs: used by one operation until its last effect is committed, and dollars for a million of it");
  const usages = await countUsages();
  report.table(
    ["", ...COLUMNS.map(([title]) => title), "$ / million"],
    usages.map((usage) => [
      usage.operation,
      ...COLUMNS.map(([, name]) => short(usage[name])),
      priceOf(usage).toFixed(2),
    ]),
  );
  const duration = `an object's duration is taken as ${OBJECT_MILLISECONDS_A_CALL} ms a call`;
  report.line(`read and written are rows; ${duration}; CPU time is not in the price`);
  const delivery = usages.find((usage) => usage.operation === DELIVERY);
  if (delivery === undefined) throw new Error("no delivery was counted");
  const value = delivery.objectRowsWritten;
  report.budget({ name: "rows an object writes for one delivery", value, limit: 1.1, must: "at most", unit: "" });
  report.usages(usages);
}

const short = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));

interface TestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly meta?: { readonly usages?: readonly Usage[] } }[];
  }[];
}

/** Runs the tests that count, which leave their counts in the report. */
async function countUsages(): Promise<Usage[]> {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-bench-costs-"));
  const file = join(folder, "report.json");
  try {
    const { code, output } = await run("vitest", [
      "run",
      "--project",
      "workers",
      "test/costs",
      "--reporter=json",
      `--outputFile=${file}`,
    ]);
    if (code !== 0) throw new Error(`the tests that count costs failed:\n${output.slice(-4000)}\n${failuresIn(file)}`);
    const report = JSON.parse(readFileSync(file, "utf8")) as TestReport;
    return report.testResults.flatMap((result) => result.assertionResults.flatMap((test) => test.meta?.usages ?? []));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failuresIn(file: string): string {
  try {
    const text = readFileSync(file, "utf8");
    return [...text.matchAll(/"failureMessages":\["([^"]{1,600})/g)].map(([, message]) => message).join("\n");
  } catch {
    return "";
  }
}
