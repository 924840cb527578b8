import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import type { Plan } from "./plan.ts";

/** A smaller counterexample is looked for no longer than this. */
const SHRINK_MS = 120_000;

/** Runs `property`; where it fails, looks for a smaller failure. @returns what to tell, with how to repeat it, or null. */
export async function checkShrinking(property: fc.IAsyncProperty<[Plan]>, numRuns: number): Promise<string | null> {
  const again = env.ORACLE_SEED === "" ? {} : { seed: Number(env.ORACLE_SEED) };
  const path = env.ORACLE_PATH === "" ? {} : { path: env.ORACLE_PATH };
  const found = await fc.check(property, { numRuns, endOnFailure: true, ...again, ...path });
  if (!found.failed || found.counterexamplePath === null) return null;
  const { seed, counterexamplePath } = found;
  if (env.ORACLE_PATH !== "") return tell(found, seed);
  console.log(`failed: ORACLE_SEED=${seed} ORACLE_PATH=${counterexamplePath} repeats it; looking for a smaller failure`);
  const smaller = await fc.check(property, {
    numRuns: 1,
    seed,
    path: counterexamplePath,
    interruptAfterTimeLimit: SHRINK_MS,
  });
  return tell(smaller.counterexample === null ? found : smaller, seed);
}

function tell(failed: fc.RunDetails<[Plan]>, seed: number): string {
  const error = failed.errorInstance instanceof Error ? failed.errorInstance.message : String(failed.errorInstance);
  const repeat = `ORACLE_SEED=${seed} ORACLE_PATH=${failed.counterexamplePath}`;
  return `${error}\n\n${fc.stringify(failed.counterexample?.[0])}\nrepeat it: ${repeat}`;
}
