import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { plans, type Plan } from "./plan.ts";

/** A smaller counterexample is looked for no longer than this. */
const SHRINK_MS = 120_000;

/** Whatever the plan, `play` throws where the product disagrees with the model. */
export type Play = (plan: Plan) => Promise<void>;

/**
 * Plays `runs` plans of `length` steps; after a failure looks for a smaller one. With ORACLE_SEED and ORACLE_PATH it
 * plays that one plan, as often as asked: most failures come again at once, those that hang on a race do not.
 * @returns what to tell of a failure, with how to repeat it; or null.
 */
export async function findFailure(play: Play, length: number, runs: number): Promise<string | null> {
  const seed = env.ORACLE_SEED === "" ? Date.now() % 0x7fffffff : Number(env.ORACLE_SEED);
  if (env.ORACLE_PATH !== "") return replay(play, length, { seed, path: env.ORACLE_PATH, runs });
  const property = fc.asyncProperty(plans(length), play);
  const found = await fc.check(property, { numRuns: runs, seed, endOnFailure: true });
  if (!found.failed || found.counterexamplePath === null) return null;
  console.log(`failed: ${howToRepeat(seed, found.counterexamplePath)}; looking for a smaller failure`);
  const smaller = await fc.check(property, {
    numRuns: 1,
    seed,
    path: found.counterexamplePath,
    interruptAfterTimeLimit: SHRINK_MS,
  });
  const { counterexample, counterexamplePath, errorInstance } = smaller.counterexample === null ? found : smaller;
  return tell(errorInstance, counterexample?.[0], howToRepeat(seed, counterexamplePath));
}

async function replay(
  play: Play,
  length: number,
  which: { seed: number; path: string; runs: number },
): Promise<string | null> {
  const { seed, path, runs } = which;
  const [plan] = fc.sample(plans(length), { seed, path, numRuns: 1 });
  if (plan === undefined) throw new Error("no plan is at that path");
  for (let run = 0; run < runs; run += 1) {
    const error = await play(plan).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error !== null) return tell(error, plan, `${howToRepeat(seed, path)} (try ${run + 1})`);
  }
  return null;
}

const howToRepeat = (seed: number, path: string | null): string => `ORACLE_SEED=${seed} ORACLE_PATH=${path} repeats it`;

function tell(error: unknown, plan: Plan | undefined, repeat: string): string {
  return `${error instanceof Error ? error.message : String(error)}\n\n${fc.stringify(plan)}\n${repeat}`;
}
