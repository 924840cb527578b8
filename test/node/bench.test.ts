import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Results } from "../../bench/report.ts";
import { EMPTY } from "../../bench/scenario.ts";
import { run, type Ran } from "../../scripts/lib.ts";

/** What `npm run bench` leaves, and what it says of two runs. How fast anything is, no test can say. */
const folder = mkdtempSync(join(tmpdir(), "dunlin-bench-test-"));
const bench = (...args: readonly string[]): Promise<Ran> => run("node", ["bench/run.ts", ...args]);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a quick run", () => {
  let ran: Ran;
  let page: string;
  let results: Results;

  beforeAll(async () => {
    ran = await bench("--quick", "--only", "writes,mixed,burst", "--burst-seconds", "2", "--out", folder);
    expect(ran.code, ran.output).toBe(0);
    page = readFileSync(join(folder, "report.html"), "utf8");
    results = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as Results;
  });

  test("leaves text, page and figures, and no wrong answer", () => {
    const text = readFileSync(join(folder, "report.txt"), "utf8");
    const names = results.scenarios.map(({ name }) => name);
    expect(names).toContain("mixed, 100 reads to a post");
    for (const name of names) {
      expect(text).toContain(name);
      expect(page).toContain(name);
    }
    expect(results.scenarios.map(({ errors }) => errors)).toEqual(names.map(() => 0));
    for (const { requests, rates, ratios } of results.scenarios) {
      expect(requests).toBeGreaterThan(0);
      expect(rates.length).toBeGreaterThan(0);
      expect(ratios.map(({ reference }) => reference)).toContain(EMPTY);
    }
  });

  test("replays every event of its burst, and sees them delivered before, in or after the peak", () => {
    const { burst } = results;
    expect(burst?.phases.map(({ name }) => name)).toContain("peak");
    expect(burst?.phases.reduce((sum, { events }) => sum + events, 0)).toBe(burst?.events);
    expect(burst?.phases.reduce((sum, { deliveries }) => sum + deliveries, 0)).toBeGreaterThan(burst?.events ?? 0);
    expect(burst?.peakToMedian.source).toBeGreaterThan(30);
  });

  test("draws its plots into the page, which asks no host for anything", () => {
    expect(page.match(/<svg /g)?.length).toBeGreaterThan(results.scenarios.length);
    expect(page).not.toMatch(/https?:|\bsrc=|@import|url\(|<script|<iframe/i);
    expect([...page.matchAll(/href="([^"]*)"/g)].map(([, target]) => target)).toEqual(["data:,"]);
    expect(page).toContain("prefers-color-scheme: dark");
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("is held against another: what did not change is the same, what lies beyond both runs' noise moved", async () => {
    const steady = doctored(results, [0.5, 0.51, 0.49, 0.5, 0.5, 0.52]);
    const before = keep("before.json", steady);
    const again = keep("again.json", doctored(results, [0.51, 0.5, 0.5, 0.49, 0.52, 0.5]));
    const slower = keep("slower.json", doctored(results, [0.3, 0.31, 0.29, 0.3, 0.3, 0.31]));
    const faster = keep("faster.json", doctored(results, [0.9, 0.91, 0.88, 0.9, 0.9, 0.93]));
    const wild = keep("wild.json", doctored(results, [0.1, 0.9, 0.3, 1.4, 0.2, 0.7]));
    const dearer = keep("dearer.json", { ...steady, costs: [priced(2)] });
    const told = async (after: string, ...more: readonly string[]) => {
      const { code, output } = await bench("--against", before, "--compare", after, ...more);
      return { code, output };
    };
    const [same, slow, fast, noisy, dear] = await Promise.all([
      told(again, "--strict"),
      told(slower, "--strict"),
      told(faster, "--strict"),
      told(wild, "--strict"),
      told(dearer),
    ]);
    expect(same.output).toContain("nothing moved");
    expect(same.output).toContain("  same  ");
    expect(slow.output).toContain("moved, slower");
    expect(fast.output).toContain("moved, faster");
    expect(noisy.output).toContain("too noisy to say");
    expect(noisy.output).toContain("nothing moved");
    expect(dear.output).toContain("moved, dearer: a post: $1.00 -> $2.00");
    expect([same, slow, fast, noisy, dear].map(({ code }) => code)).toEqual([0, 1, 0, 0, 0]);
  });
});

test("an option that nobody knows is answered with all that there are", async () => {
  const { code, output } = await bench("--only", "everything");
  expect(code).toBe(2);
  expect(output).toContain("--only takes costs, home");
  expect(output).toContain("--burst-seconds N");
  expect(existsSync(join(folder, "report.html"))).toBe(true);
});

/** A run of one scenario and one price. */
function doctored(results: Results, values: readonly number[]): Results {
  const [scenario] = results.scenarios;
  if (scenario === undefined) throw new Error("the run has no scenario");
  const ratios = [{ reference: EMPTY, values }];
  return { ...results, scenarios: [{ ...scenario, ratios }], costs: [priced(1)] };
}

function priced(dollarsPerMillion: number): Results["costs"][number] {
  return { ...NOTHING, operation: "a post", dollarsPerMillion };
}

const NOTHING = {
  workerRequests: 0,
  d1Statements: 0,
  d1RowsRead: 0,
  d1RowsWritten: 0,
  objectCalls: 0,
  objectRowsRead: 0,
  objectRowsWritten: 0,
  kvReads: 0,
  kvWrites: 0,
  queueOperations: 0,
};

function keep(name: string, results: Results): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(results));
  return file;
}
