import { expect, it } from "vitest";
import type { World } from "../support/world.ts";
import { plans } from "./plan.ts";
import * as fc from "fast-check";
import { playPlan } from "./property.ts";
import type { Sabotage } from "./run.ts";

/** A test that cannot fail proves nothing: on a stage that breaks a promise the oracle must say so, and soon. */
const RUNS_MAX = 20;

async function runsUntilNoticed(sabotage: Sabotage): Promise<string> {
  const property = fc.asyncProperty(plans(100), async (plan) => playPlan(plan, null, sabotage));
  const { failed, numRuns, errorInstance } = await fc.check(property, { numRuns: RUNS_MAX, endOnFailure: true });
  const [why] = String(errorInstance).split("\n");
  console.log(`${sabotage.name}: ${failed ? `noticed in run ${numRuns}: ${why}` : "not noticed"}`);
  return failed ? "noticed" : "not noticed";
}

/** The timelines of every isolate forget each `every`-th call of `method`, and say that all is well. */
function forget(world: World, method: "push" | "remove" | "setFollow", every: number): void {
  let calls = 0;
  for (const { env } of world.isolates) {
    const real = env.HOME_TIMELINE;
    const wrapped = new Proxy(real, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (property !== "getByName" || typeof value !== "function") return value;
        return (...args: unknown[]) => forgetful(Reflect.apply(value, target, args) as object);
      },
    });
    Object.assign(env, { HOME_TIMELINE: wrapped });
  }
  const forgetful = (stub: object) =>
    new Proxy(stub, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (property !== method || typeof value !== "function") return value;
        return async (...args: unknown[]) => {
          calls += 1;
          return calls % every === 0 ? null : ((await Reflect.apply(value, target, args)) as unknown);
        };
      },
    });
}

const BROKEN: readonly Sabotage[] = [
  {
    name: "queues lose everything and nobody sweeps",
    beforeRest: (world) => void world.queue.loseAll(),
    neverSweep: true,
  },
  { name: "one push in 20 does not arrive", begin: (world) => forget(world, "push", 20) },
  { name: "one change of a follow in 5 does not arrive", begin: (world) => forget(world, "setFollow", 5) },
  { name: "KV never tells of a change", beforeRest: (world) => world.faults.kvStale(10_000_000) },
];

it.each(BROKEN)("notices that $name", { timeout: 5 * 60_000 }, async (sabotage) => {
  expect(await runsUntilNoticed(sabotage)).toBe("noticed");
});
