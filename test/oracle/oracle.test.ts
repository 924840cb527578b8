import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { CoverageTable } from "./coverage.ts";
import { playPlan } from "./property.ts";
import { findFailure } from "./shrinking.ts";

const OPERATIONS = 100;
const RUNS = Number(env.ORACLE_RUNS || 100);

it("whatever happens, every home timeline becomes what its reader's follows say", { timeout: 60 * 60_000 }, async () => {
  const table = new CoverageTable();
  const began = Date.now();
  const failure = await findFailure((plan) => playPlan(plan, table), OPERATIONS, RUNS);
  console.log(`${table.toString()}\n${Math.round((Date.now() - began) / 1000)} s`);
  if (failure !== null) expect.fail(failure);
});
