/**
 * `npm run bench`: one report with every figure that has a budget; it ends with 1 where a budget is missed.
 * bench/options.ts lists what it can be told.
 */
import { rmSync } from "node:fs";
import { benchBurst } from "./burst.ts";
import { compareRuns, readResults, type Comparison } from "./compare.ts";
import { benchConversation, benchMixed } from "./conversation.ts";
import { benchCosts } from "./costs.ts";
import { benchFanOut } from "./fan-out.ts";
import { benchFlat } from "./flat.ts";
import { benchHome } from "./home.ts";
import { benchLikes } from "./likes.ts";
import { openMainStage, type MainStage } from "./main-stage.ts";
import { readOptions, USAGE, type Options, type Part } from "./options.ts";
import { benchPost } from "./post.ts";
import { profilePart } from "./profile.ts";
import { Report } from "./report.ts";
import { bundleBench } from "./stage.ts";
import { benchTiers } from "./tiers.ts";
import { benchAbsence, benchTimelines } from "./timelines.ts";
import { benchWrites } from "./writes.ts";

type OnStage = (stage: MainStage, report: Report, options: Options) => Promise<void>;

/** In this order: what changes who is a pull author, and what lets days pass, comes last. */
const ON_MAIN_STAGE: readonly (readonly [Part, OnStage])[] = [
  ["home", benchHome],
  ["fan-out", benchFanOut],
  ["post", benchPost],
  ["timelines", benchTimelines],
  ["writes", benchWrites],
  ["conversation", benchConversation],
  ["mixed", benchMixed],
  ["burst", (stage, report, { speed, burstSeconds: seconds }) => benchBurst(stage, { speed, seconds }, report)],
  ["tiers", benchTiers],
  ["timelines", benchAbsence],
];

async function runAll(bundle: string, options: Options, report: Report): Promise<void> {
  const { parts, scale } = options;
  if (parts.has("costs")) await benchCosts(report);
  const wanted = ON_MAIN_STAGE.filter(([part]) => parts.has(part));
  if (wanted.length > 0) {
    const stage = await openMainStage(bundle, scale, report);
    try {
      for (const [, bench] of wanted) await bench(stage, report, options);
    } finally {
      await stage.end();
    }
  }
  if (parts.has("flat")) await benchFlat(bundle, scale, report);
  if (parts.has("likes")) await benchLikes(bundle, scale, report);
}

/** @returns the exit code. */
function tell({ lines, worse }: Comparison, strict: boolean): 0 | 1 {
  console.log(lines.join("\n"));
  return strict && worse > 0 ? 1 : 0;
}

async function main(options: Options): Promise<number> {
  const { against, compare, strict, scale, out } = options;
  // Before the run: it may be the very file that the run writes.
  const earlier = against === null ? null : readResults(against);
  if (earlier !== null && compare !== null) return tell(compareRuns(earlier, readResults(compare)), strict);
  const report = out === null ? new Report(scale.name) : new Report(scale.name, out);
  const bundle = await bundleBench();
  try {
    if (options.profile !== null) {
      await profilePart(bundle, options.profile, scale, report);
      return 0;
    }
    await runAll(bundle, options, report);
  } finally {
    rmSync(bundle, { recursive: true, force: true });
  }
  const { code, results } = report.end();
  return earlier === null ? code : Math.max(code, tell(compareRuns(earlier, results), strict));
}

function optionsOrUsage(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

process.exitCode = await main(optionsOrUsage());
