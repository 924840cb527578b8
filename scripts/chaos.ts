/**
 * `npm run chaos -- --faults 1000 --seed 7`: a campaign of faults against the Worker in its real runtime. It ends with 1 where
 * a promise was broken, or where a kind of fault hit too seldom to prove anything.
 * `--plan FILE` replays what an earlier run has written; `--broken` shows that broken builds are caught.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { runBroken } from "../test/chaos/broken.ts";
import { FULL, playPlan, tooSeldom, type Violation } from "../test/chaos/campaign.ts";
import { playCrowd } from "../test/chaos/crowd.ts";
import { canFillDisk } from "../test/chaos/disk.ts";
import { KINDS, type Kind } from "../test/chaos/kinds.ts";
import { faultsOf, makePlan, type Plan } from "../test/chaos/plan.ts";
import { describe } from "../test/chaos/report.ts";
import { shrink, tell } from "../test/chaos/shrink.ts";
import { bundleChaos, removeBundle } from "../test/chaos/stage.ts";
import { ROOT } from "./lib.ts";

const RESULTS = join(ROOT, "bench/results");
const TOLD_EVERY = 50;
const WRONGS_TOLD = 20;
const SHRINK_SECONDS = 240;

function options() {
  const { values } = parseArgs({
    options: {
      faults: { type: "string", default: "1000" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      plan: { type: "string" },
      broken: { type: "boolean", default: false },
      "no-shrink": { type: "boolean", default: false },
    },
  });
  const [faults, seed] = [Number(values.faults), Number(values.seed)];
  if (!Number.isInteger(faults) || faults < 1) throw new Error("--faults takes a whole number from 1");
  if (!Number.isInteger(seed) || seed < 0) throw new Error("--seed takes a whole number from 0");
  return { ...values, faults, seed };
}

async function reproduce(bundle: string, seed: number, violation: Violation): Promise<void> {
  console.log(`\nmaking it small, for ${SHRINK_SECONDS} s at most …`);
  const { violation: smallest, tried } = await shrink(bundle, violation, SHRINK_SECONDS);
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `chaos-${seed}.json`);
  writeFileSync(file, JSON.stringify({ seed, cohorts: [smallest.cohort] } satisfies Plan));
  console.log(`after ${tried} tries this still fails:\n${tell(smallest.cohort)}`);
  console.log(smallest.wrong.slice(0, WRONGS_TOLD).join("\n"));
  console.log(`\nagain: npm run chaos -- --seed ${seed} --plan ${relative(ROOT, file)}`);
}

/** A machine that lets nobody mount a small disk has none that is full. */
async function possibleKinds(): Promise<readonly Kind[]> {
  if (await canFillDisk()) return KINDS;
  console.log("disk-full is LEFT OUT: no tmpfs can be mounted here (it takes user namespaces, or root)");
  return KINDS.filter((kind) => kind !== "disk-full");
}

/** Once in a full run. */
async function crowdExact(bundle: string, seed: number): Promise<boolean> {
  const { readers, wrong } = await playCrowd(bundle, seed, true);
  console.log(`a crowd of ${readers} followers of one author: ${wrong.length} homes differ from the oracle`);
  for (const line of wrong.slice(0, WRONGS_TOLD)) console.log(line);
  return wrong.length === 0;
}

async function play(bundle: string): Promise<number> {
  const { faults, seed, plan: file, "no-shrink": whole } = options();
  const kinds = await possibleKinds();
  const plan = file === undefined ? makePlan(seed, faults, kinds) : (JSON.parse(readFileSync(file, "utf8")) as Plan);
  console.log(`chaos: ${faultsOf(plan)} faults, seed ${plan.seed}`);
  let told = 0;
  const result = await playPlan(plan, bundle, (soFar) => {
    if (soFar - told < TOLD_EVERY) return;
    told = soFar;
    console.log(`${soFar} faults …`);
  });
  console.log(`\n${describe(result)}\n`);
  const { violation } = result;
  if (violation !== null) {
    console.log(`VIOLATED, after round ${violation.cohort.rounds.length} of cohort ${violation.cohort.number}:`);
    console.log(violation.wrong.slice(0, WRONGS_TOLD).join("\n"));
    console.log(`\nthe server's last lines:\n${violation.lines.join("\n")}`);
    if (!whole) await reproduce(bundle, plan.seed, violation);
    return 1;
  }
  // A plan that was made small holds what it holds.
  const seldom = file === undefined ? tooSeldom(plan, result) : [];
  for (const line of seldom) console.log(`TOO SELDOM: ${line}`);
  const crowd = file === undefined && faults >= FULL ? await crowdExact(bundle, plan.seed) : true;
  const held = seldom.length === 0 && crowd;
  console.log(held ? "every promise held" : "THE RUN FAILED");
  return held ? 0 : 1;
}

async function campaign(): Promise<number> {
  const bundle = await bundleChaos();
  try {
    return await play(bundle);
  } finally {
    removeBundle(bundle);
  }
}

process.exitCode = options().broken ? await runBroken(options().seed) : await campaign();
