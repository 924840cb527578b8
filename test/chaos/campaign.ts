/** Plays a plan from its first round to its last, or to the first violation, and keeps the tally. */
import type { Counts } from "./client.ts";
import { CohortRun, type Played } from "./cohort.ts";
import { KINDS, type Kind } from "./kinds.ts";
import type { Cohort, Plan } from "./plan.ts";
import { Stage } from "./stage.ts";

export interface Tally {
  injected: number;
  /** Faults that hit something. */
  struck: number;
  /** What they hit, all together: statements, messages, calls, requests. */
  hits: number;
  readonly recoveriesMs: number[];
}

export interface Violation {
  /** The rounds up to the one after which it was seen. */
  readonly cohort: Cohort;
  readonly wrong: readonly string[];
  /** What the server wrote lately. */
  readonly lines: readonly string[];
}

export interface Result {
  readonly tallies: Readonly<Record<Kind, Tally>>;
  readonly counts: Counts;
  readonly totals: { rounds: number; checked: number; deliveries: number; sweeps: number };
  readonly startTimes: readonly number[];
  readonly seconds: number;
  readonly violation: Violation | null;
}

const newTally = (): Tally => ({ injected: 0, struck: 0, hits: 0, recoveriesMs: [] });

/** @param onRound hears of every round, with the number of faults so far. */
export async function playPlan(
  plan: Plan,
  bundle: string,
  onRound: (faults: number, played: Played) => void = () => undefined,
): Promise<Result> {
  const began = performance.now();
  const stage = await Stage.open(bundle);
  const tallies = Object.fromEntries(KINDS.map((kind) => [kind, newTally()])) as Record<Kind, Tally>;
  const counts: Counts = { acknowledged: 0, refused: 0, failed: 0, unanswered: 0 };
  const totals = { rounds: 0, checked: 0, deliveries: 0, sweeps: 0 };
  let faults = 0;
  const onPlayed = (played: Played) => {
    for (const one of played.faults) count(tallies[one.fault.kind], one);
    totals.rounds += 1;
    totals.checked += played.checked;
    totals.deliveries += played.deliveries;
    totals.sweeps += played.sweeps;
    faults += played.faults.length;
    onRound(faults, played);
  };
  let violation: Violation | null = null;
  try {
    for (const cohort of plan.cohorts) {
      violation = await playCohort(stage, cohort, counts, onPlayed);
      if (violation !== null) break;
    }
  } finally {
    await stage.dispose();
  }
  const seconds = (performance.now() - began) / 1000;
  return { tallies, counts, totals, startTimes: stage.startTimes, seconds, violation };
}

function count(tally: Tally, { strikes, recoveryMs }: Played["faults"][number]): void {
  tally.injected += 1;
  tally.hits += strikes;
  if (strikes === 0) return;
  tally.struck += 1;
  if (recoveryMs !== null) tally.recoveriesMs.push(recoveryMs);
}

let cohorts = 0;

/** Plays one cohort with new people. @returns the violation it ended with, if any. */
export async function playCohort(
  stage: Stage,
  cohort: Cohort,
  counts: Counts = { acknowledged: 0, refused: 0, failed: 0, unanswered: 0 },
  onPlayed: (played: Played) => void = () => undefined,
): Promise<Violation | null> {
  cohorts += 1;
  const run = await CohortRun.begin(stage, String(cohorts), counts, cohort.away);
  for (const [index, round] of cohort.rounds.entries()) {
    const played = await run.play(round);
    onPlayed(played);
    if (played.wrong.length === 0) continue;
    const until = { ...cohort, rounds: cohort.rounds.slice(0, index + 1) };
    return { cohort: until, wrong: [...played.wrong], lines: stage.lines.slice(-LINES_TOLD) };
  }
  return null;
}

const LINES_TOLD = 12;
/** Faults of a full run, and how many of each kind must strike in one; in a shorter run a quarter of them. */
export const FULL = 1000;
const STRUCK_MIN = 50;

/** Kinds that hit too seldom for the run to prove anything about them, with how often was needed. */
export function tooSeldom(plan: Plan, result: Result): readonly string[] {
  const planned = plan.cohorts.flatMap(({ rounds }) => rounds).flatMap(({ faults }) => faults);
  return KINDS.flatMap((kind) => {
    const injected = planned.filter((fault) => fault.kind === kind).length;
    const needed = planned.length < FULL ? Math.ceil(injected / 4) : STRUCK_MIN;
    const { struck } = result.tallies[kind];
    return struck < needed ? [`${kind} struck ${struck} times of ${injected}, ${needed} are needed`] : [];
  });
}
