/** Builds that break a promise are played until they are caught. */
import { playPlan } from "./campaign.ts";
import { playCrowd } from "./crowd.ts";
import type { Kind } from "./kinds.ts";
import { makePlan } from "./plan.ts";
import { bundleBroken, SABOTAGES, type Sabotage } from "./sabotage.ts";
import { removeBundle } from "./stage.ts";

const FAULTS_MAX = 100;
/** What queues do, what takes an object's memory, and lost answers show each of them: no need of the others here. */
const KINDS: readonly Kind[] = ["queue-drop", "queue-repeat", "answer-lost", "kill", "object-evicted"];

export interface Caught {
  /** What was seen, in words; empty: nobody noticed. */
  readonly wrong: readonly string[];
  readonly how: string;
}

/** Plays a broken build until something is noticed, or not. */
export async function playBroken(sabotage: Sabotage, seed: number): Promise<Caught> {
  const bundle = await bundleBroken(sabotage);
  try {
    if (sabotage.seenIn === "crowd") {
      const { wrong, readers } = await playCrowd(bundle, seed, false);
      return { wrong, how: `among ${readers} followers` };
    }
    let faults = 0;
    const { violation } = await playPlan(makePlan(seed, FAULTS_MAX, KINDS), bundle, (soFar) => (faults = soFar));
    return { wrong: violation?.wrong ?? [], how: `after ${faults} faults` };
  } finally {
    removeBundle(bundle);
  }
}

/** @returns the exit code: 0 where every broken build was caught. */
export async function runBroken(seed: number): Promise<number> {
  let missed = 0;
  for (const sabotage of SABOTAGES) {
    const { wrong, how } = await playBroken(sabotage, seed);
    if (wrong.length === 0) missed += 1;
    console.log(
      `${wrong.length === 0 ? "NOT CAUGHT" : "caught"}  ${sabotage.name}\n        ${how}: ${wrong[0] ?? "-"}`,
    );
  }
  console.log(missed === 0 ? "every broken build was caught" : `${missed} of ${SABOTAGES.length} were not caught`);
  return missed === 0 ? 0 : 1;
}
