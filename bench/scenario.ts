/** What one scenario found: how fast, how evenly, against what, and what each operation of it uses. */
import type { Usage } from "../test/costs/usage.ts";
import { addUses, type CpuUse } from "./cpu.ts";
import { priceOf } from "./prices.ts";
import type { Measured } from "./rounds.ts";
import { median, percentile } from "./statistics.ts";

/** How a scenario stands to a route, or to other work, met in the same rounds; one value a round, 1 is "as fast". */
export interface Ratio {
  readonly reference: string;
  readonly values: readonly number[];
}

/** So many of an operation of test/costs make up one of the scenario. */
export interface Use {
  readonly operation: string;
  readonly count: number;
}

export interface Scenario {
  readonly part: string;
  readonly name: string;
  /** What `rates` count. */
  readonly unit: "requests" | "posts" | "deliveries" | "likes";
  readonly requests: number;
  readonly errors: number;
  readonly firstError: string | null;
  /** One value a round: so many a second; milliseconds. Percentiles are missing where there is no single request. */
  readonly rates: readonly number[];
  readonly p50s: readonly number[];
  readonly p99s: readonly number[];
  /** Milliseconds over all rounds; null where there is no single request. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Milliseconds at the percentiles of `QUANTILES`. */
  readonly quantiles: readonly number[];
  /** The same of the empty object call, where it was met in turn. */
  readonly emptyQuantiles: readonly number[];
  readonly ratios: readonly Ratio[];
  readonly cpu: CpuUse | null;
  readonly uses: readonly Use[];
}

export const BARE = "bare route";
export const EMPTY = "one empty object call";

/** Parts of 1 at which a distribution is kept: closer together where it is slow. */
export const QUANTILES: readonly number[] = [
  ...Array.from({ length: 19 }, (_, index) => index * 0.05),
  0.92,
  0.94,
  0.95,
  0.96,
  0.97,
  0.98,
  0.985,
  0.99,
  0.995,
  0.999,
  1,
];

export const quantilesOf = (ascending: readonly number[]): number[] =>
  ascending.length === 0 ? [] : QUANTILES.map((p) => percentile(ascending, p));

/** Ratios round by round: each pair met the same weather. */
export const ratiosOf = (a: readonly number[], b: readonly number[]): number[] =>
  a.map((value, round) => value / (b[round] ?? Number.NaN));

/** Of a scenario that counts something else than single requests. */
export const NO_REQUESTS = {
  errors: 0,
  firstError: null,
  p50s: [],
  p99s: [],
  p50: null,
  p95: null,
  p99: null,
  quantiles: [],
  emptyQuantiles: [],
} as const;

/** A kind that was measured in turn with `references`. */
export function scenarioOf(
  part: string,
  measured: Measured,
  references: Readonly<Record<string, Measured | undefined>>,
  uses: readonly Use[],
): Scenario {
  const ratios = Object.entries(references).flatMap(([reference, other]) =>
    other === undefined ? [] : [{ reference, values: ratiosOf(measured.rates, other.rates) }],
  );
  const { name, requests, errors, firstError, rates, p50s, p99s, p50, p95, p99, quantiles, cpu } = measured;
  return {
    part,
    name,
    unit: "requests",
    requests,
    errors,
    firstError,
    rates,
    p50s,
    p99s,
    p50,
    p95,
    p99,
    quantiles,
    emptyQuantiles: references[EMPTY]?.quantiles ?? [],
    ratios,
    cpu,
    uses,
  };
}

/** One round of something done one at a time: milliseconds that each took. */
export interface Lap {
  readonly own: readonly number[];
  readonly bare: readonly number[];
  readonly empty: readonly number[];
}

/** A scenario of single requests, each beside one of each reference; its rate is that of one connection. */
export function scenarioOfLaps(
  about: Pick<Scenario, "part" | "name" | "unit" | "uses"> & { readonly cpu?: CpuUse },
  laps: readonly Lap[],
): Scenario {
  const ascending = (times: readonly number[]) => times.toSorted((a, b) => a - b);
  const all = ascending(laps.flatMap(({ own }) => own));
  const p50sOf = (what: keyof Lap) => laps.map((lap) => median(lap[what]));
  const own = p50sOf("own");
  return {
    ...about,
    requests: all.length,
    errors: 0,
    firstError: null,
    rates: own.map((ms) => 1000 / ms),
    p50s: own,
    p99s: laps.map((lap) => percentile(ascending(lap.own), 0.99)),
    p50: percentile(all, 0.5),
    p95: percentile(all, 0.95),
    p99: percentile(all, 0.99),
    quantiles: quantilesOf(all),
    emptyQuantiles: quantilesOf(ascending(laps.flatMap(({ empty }) => empty))),
    ratios: [
      { reference: BARE, values: ratiosOf(p50sOf("bare"), own) },
      { reference: EMPTY, values: ratiosOf(p50sOf("empty"), own) },
    ],
    cpu: about.cpu ?? null,
  };
}

/** What one of a scenario uses and is billed, in dollars for a million; null where an operation of it was not counted. */
export interface Cost extends Usage {
  readonly dollarsPerMillion: number;
}

export function costOf({ name, uses }: Scenario, usages: readonly Usage[]): Cost | null {
  if (uses.length === 0) return null;
  const total: Record<string, number> = {};
  for (const { operation, count } of uses) {
    const usage = usages.find((one) => one.operation === operation);
    if (usage === undefined) return null;
    for (const [what, value] of Object.entries(usage)) {
      if (typeof value === "number") total[what] = (total[what] ?? 0) + value * count;
    }
  }
  const usage = { ...total, operation: name } as unknown as Usage;
  return { ...usage, dollarsPerMillion: priceOf(usage) };
}

/** The median of the rounds that tell; null where none does. */
export function middleOf({ values }: Ratio): number | null {
  const known = values.filter((value) => Number.isFinite(value));
  return known.length === 0 ? null : median(known);
}

/** The CPU of all scenarios that tell. */
export function cpuOfAll(scenarios: readonly Scenario[]): CpuUse {
  return addUses(scenarios.flatMap(({ cpu }) => (cpu === null || Number.isNaN(cpu.server) ? [] : [cpu])));
}
