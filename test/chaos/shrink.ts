/** Makes what failed small: fewer rounds, then fewer faults, then fewer acts, while it still fails. */
import { playCohort, type Violation } from "./campaign.ts";
import type { Cohort, PlannedRound } from "./plan.ts";
import { Stage } from "./stage.ts";

/** Chance has a hand in it: a part counts as harmless when it holds so many times. */
const TRIES = 2;

export interface Shrunk {
  readonly violation: Violation;
  readonly tried: number;
}

/** The smallest plan found within `seconds` that still ends in a violation. */
export async function shrink(bundle: string, violation: Violation, seconds: number): Promise<Shrunk> {
  const until = performance.now() + seconds * 1000;
  let [smallest, tried] = [violation, 0];
  let stage: Stage | null = null;
  const fails = async (rounds: readonly PlannedRound[]): Promise<boolean> => {
    for (let tries = 0; tries < TRIES && performance.now() < until; tries += 1) {
      tried += 1;
      stage ??= await Stage.open(bundle);
      const found = await playCohort(stage, { ...violation.cohort, rounds });
      if (found === null) continue;
      // What is broken stays broken: the next one gets a stage of its own.
      await stage.dispose();
      stage = null;
      smallest = found;
      return true;
    }
    return false;
  };
  await reduce(smallest.cohort.rounds, fails);
  for (const part of ["faults", "acts"] as const) {
    for (let index = 0; index < smallest.cohort.rounds.length; index += 1) {
      const { rounds } = smallest.cohort;
      const round = rounds[index];
      if (round === undefined) break;
      await reduce<unknown>(round[part], (items) => fails(rounds.with(index, { ...round, [part]: items })));
    }
  }
  await (stage as Stage | null)?.dispose();
  return { violation: smallest, tried };
}

/** Delta debugging: leaves out ever smaller parts for as long as the rest `fails`. */
export async function reduce<T>(items: readonly T[], fails: (items: readonly T[]) => Promise<boolean>): Promise<T[]> {
  let left = [...items];
  for (let size = Math.ceil(left.length / 2); size >= 1 && left.length > 0;) {
    let smaller: T[] | null = null;
    // From the front: what comes last is what failed.
    for (let at = 0; at < left.length && smaller === null; at += size) {
      const rest = left.toSpliced(at, size);
      if (await fails(rest)) smaller = rest;
    }
    if (smaller !== null) left = smaller;
    else if (size === 1) break;
    else size = Math.ceil(size / 2);
  }
  return left;
}

/** The steps of a cohort, one a line. */
export function tell({ rounds }: Cohort): string {
  return rounds
    .flatMap(({ acts, faults, sweeps }, index) => [
      `round ${index + 1}`,
      ...[
        ...acts.map(({ at, verb, who, whom, isolate }) => ({
          at,
          line: `person ${who} ${verb} (${whom}), isolate ${isolate}`,
        })),
        ...faults.map(({ at, kind, target, forMs }) => ({ at, line: `FAULT ${kind} ${target} for ${forMs} ms` })),
        ...sweeps.map((at) => ({ at, line: "the cron runs" })),
      ]
        .sort((a, b) => a.at - b.at)
        .map(({ at, line }) => `  ${Math.round(at).toString().padStart(4)} ms  ${line}`),
    ])
    .join("\n");
}
