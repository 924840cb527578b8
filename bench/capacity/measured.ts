/** The measurement that the model goes by: `measured.json`, or a report of `npm run bench` given with `--measured`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/lib.ts";
import type { Usage } from "../../test/costs/usage.ts";

/** Bytes that one of each takes in a database file, its index entries with it; counted by row-bytes.ts. */
export interface RowBytes {
  readonly tweet: number;
  /** An edge of the follow graph, both of its sides. */
  readonly follow: number;
  /** A like, both of its sides. */
  readonly like: number;
  readonly user: number;
  /** A full home timeline in its object, with 200 people followed. */
  readonly timeline: number;
}

export interface Measured {
  readonly taken: { readonly date: string; readonly commit: string; readonly machine: string };
  /** Counted by test/costs: the same on every machine. */
  readonly costs: readonly Usage[];
  readonly speed: {
    /** Deliveries a second of one fan-out, consumer and timelines on one thread. */
    readonly deliveriesPerSecond: number;
    /** CPU milliseconds of a warm page of home, the object's part with it. */
    readonly homeCpuMs: number;
    /** p99, milliseconds: a warm page of home, and one after two days away, over two databases; null where not measured. */
    readonly homeP99Ms: number | null;
    readonly returnP99Ms: number | null;
  };
  readonly bytes: RowBytes;
}

export const MEASURED_FILE = join(ROOT, "bench/capacity/measured.json");

/** What of a report of `npm run bench` is used; every part may be absent, for a run may have been told to do others only. */
interface BenchReport {
  readonly taken?: Measured["taken"];
  readonly costs?: readonly Usage[];
  readonly speed?: Measured["speed"];
  readonly bytes?: RowBytes;
  readonly home?: { readonly home?: { readonly asked?: { readonly serverCpuMicros?: number } } };
  readonly fanOut?: { readonly deliveriesPerSecond?: readonly number[] };
  readonly scenarios?: readonly { readonly name: string; readonly p99: number | null }[];
}

/** `file` over what is committed: what the file does not tell stays as it was measured before. */
export function readMeasured(file: string | null): Measured {
  const committed = JSON.parse(readFileSync(MEASURED_FILE, "utf8")) as Measured;
  if (file === null) return committed;
  return takeReport(JSON.parse(readFileSync(file, "utf8")) as BenchReport, file, committed);
}

export function takeReport(report: BenchReport, name: string, before: Pick<Measured, "speed" | "bytes">): Measured {
  if (report.costs === undefined) throw new Error(`${name} has no costs: npm run bench -- --only costs`);
  const rates = [...(report.fanOut?.deliveriesPerSecond ?? [])].sort((a, b) => a - b);
  const micros = report.home?.home?.asked?.serverCpuMicros;
  const { speed = before.speed, bytes = before.bytes } = report;
  const p99Of = (scenario: string) => report.scenarios?.find((one) => one.name === scenario)?.p99 ?? null;
  return {
    taken: report.taken ?? { date: "unknown", commit: "unknown", machine: name },
    costs: report.costs,
    speed: {
      deliveriesPerSecond: rates[rates.length >> 1] ?? speed.deliveriesPerSecond,
      homeCpuMs: micros === undefined ? speed.homeCpuMs : micros / 1000,
      homeP99Ms: p99Of("home, all warm") ?? speed.homeP99Ms,
      returnP99Ms: p99Of("home, after two days away") ?? speed.returnP99Ms,
    },
    bytes,
  };
}
