import { describe, expect, test } from "vitest";
import realFollows from "virtual:real-follows";
import { coefficientsOf } from "../../bench/capacity/coefficients.ts";
import measured from "../../bench/capacity/measured.json";
import { errorOf, predict } from "../../bench/capacity/prediction.ts";
import { priceOf } from "../../bench/prices.ts";
import { countMix, statisticsOf, type Mix } from "./mixed-run.ts";

/**
 * The capacity model is held against runs that it was not fitted to: people on a graph post, like, follow and read, with the
 * real Worker over real bindings, counted. The model is told the statistics of graph and workload, and what single
 * operations cost.
 */
declare module "vitest" {
  interface TaskMeta {
    compared?: Compared[];
  }
}

export interface Compared {
  readonly mix: string;
  readonly unit: string;
  readonly predicted: number;
  readonly counted: number;
  readonly error: number;
}

const WITHIN = 0.2;
const UNITS = [
  "workerRequests",
  "d1RowsRead",
  "d1RowsWritten",
  "objectCalls",
  "objectRowsRead",
  "objectRowsWritten",
  "queueOperations",
] as const;

/** `npm run capacity -- --validate` runs in this mode: more people, more rounds. */
const LONG = (import.meta as { readonly env?: { readonly MODE?: string } }).env?.MODE === "long";
const PEOPLE = LONG ? 400 : 120;
const ROUNDS = LONG ? 12 : 7;

/** A generated graph, heavy-tailed. */
function generated(): (readonly [number, number])[] {
  const follows = new Map<string, readonly [number, number]>();
  for (let from = 0; from < PEOPLE; from += 1) {
    for (let nth = 0; nth < 25; nth += 1) {
      const to = Math.floor(PEOPLE * (((from * 7919 + nth * 104_729) % 1009) / 1009) ** 2.2);
      if (to !== from) follows.set(`${from}:${to}`, [from, to]);
    }
  }
  return [...follows.values()];
}

/** Those of the real graph's people who have most follows, where it is there. */
const real = realFollows?.filter((edge) => edge.every((user) => user < PEOPLE)) ?? generated();

const BUSY: Omit<Mix, "name" | "follows"> = {
  seed: 1,
  people: PEOPLE,
  pageSize: 500,
  rounds: ROUNDS,
  secondsARound: 1400,
  postsARound: 12,
  likesARound: 20,
  followsARound: 3,
  readsARound: PEOPLE / 6,
};

const MIXES: readonly Mix[] = [
  { ...BUSY, name: "real graph, small audiences", follows: real },
  { ...BUSY, name: "real graph, pages of 20 followers", follows: real, pageSize: 20, seed: 2 },
  {
    ...BUSY,
    name: "generated graph, readers who come rarely",
    follows: generated(),
    readsARound: PEOPLE / 30,
    seed: 3,
  },
  {
    ...BUSY,
    name: "real graph, days pass, nobody is pushed to after 24 hours",
    follows: real,
    activeOnlyMin: 0,
    secondsARound: 20_000,
    seed: 4,
  },
];

describe("the model predicts, within 20 %, what people on a graph use whom it never saw", () => {
  for (const mix of MIXES) {
    test(mix.name, { timeout: 120_000 }, async ({ task }) => {
      const { usage, limits } = await countMix(mix);
      const predicted = predict(coefficientsOf(measured), statisticsOf(mix, 2), limits, measured.speed);
      const dollars = [priceOf({ ...predicted, operation: mix.name }), priceOf(usage)] as const;
      const units = UNITS.map((unit) => [unit, predicted[unit], usage[unit]] as const);
      const compared = [...units, ["dollars", ...dollars] as const].map(([unit, told, counted]) => ({
        mix: mix.name,
        unit,
        predicted: told,
        counted,
        error: errorOf(told, counted),
      }));
      task.meta.compared = compared;
      for (const { unit, error } of compared) expect(error, unit).toBeLessThanOrEqual(WITHIN);
    });
  }
});
