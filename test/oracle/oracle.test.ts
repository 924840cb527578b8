import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { CoverageTable } from "./coverage.ts";
import { playPlan } from "./property.ts";
import { findFailure } from "./shrinking.ts";

const OPERATIONS = 100;
const RUNS_IN_SHORT = 100;
/** A plan that failed is played again a few times: a race does not show each time. */
const RUNS_OF_ONE_PLAN = 5;
const RUNS = Number(env.ORACLE_RUNS || (env.ORACLE_PATH === "" ? RUNS_IN_SHORT : RUNS_OF_ONE_PLAN));
/** Every operation meets every tier so often in the full run; a shorter one, where chance weighs more, half in proportion. */
const MEETINGS_MIN = 50;
const RUNS_IN_FULL = 500;
const meetingsWanted = RUNS < RUNS_IN_FULL ? Math.floor((MEETINGS_MIN * RUNS) / RUNS_IN_FULL / 2) : MEETINGS_MIN;

it(
  "whatever happens, every home timeline becomes what its reader's follows say",
  { timeout: 60 * 60_000 },
  async () => {
    const table = new CoverageTable();
    const began = Date.now();
    const failure = await findFailure((plan) => playPlan(plan, table), OPERATIONS, RUNS);
    console.log(`${table.toString()}\n${Math.round((Date.now() - began) / 1000)} s`);
    if (failure !== null) expect.fail(failure);
    if (RUNS < RUNS_IN_SHORT) return;
    expect(table.below(meetingsWanted), "operations that met a tier too seldom").toEqual([]);
    const { up, down } = table.crossed();
    expect(Math.min(up, down), `crossings: ${up} up, ${down} down`).toBeGreaterThanOrEqual(meetingsWanted);
  },
);
