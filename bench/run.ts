/**
 * `npm run bench`: one report with every figure that has a budget; it ends with 1 where a budget is missed.
 * `npm run bench -- --only home,flat` runs parts of it.
 */
import { rmSync } from "node:fs";
import { benchCosts } from "./costs.ts";
import { benchFanOut } from "./fan-out.ts";
import { benchFlat } from "./flat.ts";
import { benchHome } from "./home.ts";
import { benchLikes } from "./likes.ts";
import { openMainStage } from "./main-stage.ts";
import { benchPost } from "./post.ts";
import { Report } from "./report.ts";
import { bundleBench } from "./stage.ts";

const PARTS = ["costs", "home", "fan-out", "post", "flat", "likes"] as const;
type Part = (typeof PARTS)[number];

function chosenParts(args: readonly string[]): ReadonlySet<Part> {
  const at = args.indexOf("--only");
  if (at === -1) return new Set(PARTS);
  const names = (args[at + 1] ?? "").split(",");
  const chosen = PARTS.filter((part) => names.includes(part));
  if (chosen.length !== names.length) throw new Error(`--only takes some of ${PARTS.join(",")}`);
  return new Set(chosen);
}

async function benchOnMainStage(bundle: string, parts: ReadonlySet<Part>, report: Report): Promise<void> {
  if (!parts.has("home") && !parts.has("fan-out") && !parts.has("post")) return;
  const stage = await openMainStage(bundle, report);
  try {
    if (parts.has("home")) await benchHome(stage, report);
    if (parts.has("fan-out")) await benchFanOut(stage, report);
    if (parts.has("post")) await benchPost(stage, report);
  } finally {
    await stage.end();
  }
}

const parts = chosenParts(process.argv);
const report = new Report();
const bundle = await bundleBench();
try {
  if (parts.has("costs")) await benchCosts(report);
  await benchOnMainStage(bundle, parts, report);
  if (parts.has("flat")) await benchFlat(bundle, report);
  if (parts.has("likes")) await benchLikes(bundle, report);
} finally {
  rmSync(bundle, { recursive: true, force: true });
}
process.exitCode = report.end();
