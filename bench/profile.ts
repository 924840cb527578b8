/**
 * `npm run bench -- --profile home` (or `fan-out`): where the Worker's own time goes in that part, function by function,
 * to the screen and, for DevTools, to bench/results/<part>.cpuprofile.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceMapPayload } from "node:module";
import { ROOT } from "../scripts/lib.ts";
import { deliver, mostFollowed } from "./fan-out.ts";
import { CONNECTIONS, prepareHome } from "./home.ts";
import { freePort, profileOf, type CpuProfile } from "./inspector.ts";
import { openMainStage, type MainStage } from "./main-stage.ts";
import type { Profiled } from "./options.ts";
import type { Report } from "./report.ts";
import type { Scale } from "./scale.ts";
import { busyTime, byFile, selfTimes } from "./self-time.ts";
import { homeAsks, warmHomes } from "./stage.ts";

const SHOWN = 40;
const FILES_SHOWN = 20;
const WARM_SECONDS = 3;
const HOME_SECONDS = 8;
const WARM_POSTS = 3;
const POSTS = 8;

interface Profile {
  readonly profile: CpuProfile;
  /** What the time is divided by: `count` of `unit`. */
  readonly count: number;
  readonly unit: string;
}

export async function profilePart(bundle: string, part: Profiled, scale: Scale, report: Report): Promise<void> {
  const port = await freePort();
  const stage = await openMainStage(bundle, scale, report, port);
  const map = JSON.parse(readFileSync(join(bundle, "index.js.map"), "utf8")) as SourceMapPayload;
  try {
    if (part === "home") {
      await prepareHome(stage);
      print(report, "empty object (reference)", await loadOf(stage, port, "empty"), map);
    }
    const profile = part === "home" ? await loadOf(stage, port, "home") : await fanOutOf(stage, port);
    print(report, part, profile, map);
    save(report, part, profile.profile);
  } finally {
    await stage.end();
  }
}

async function loadOf(stage: MainStage, port: number, asks: string): Promise<Profile> {
  const load = { origin: stage.runtime.url, asks, connections: CONNECTIONS };
  // Every one of them once, so that nothing that time made stale is read anew while it is watched; then for a while.
  await stage.client.load(load);
  await stage.client.load({ ...load, seconds: WARM_SECONDS });
  let count = 0;
  const profile = await profileOf(port, async () => {
    count = (await stage.client.load({ ...load, seconds: HOME_SECONDS })).requests;
  });
  return { profile, count, unit: "request" };
}

async function fanOutOf(stage: MainStage, port: number): Promise<Profile> {
  const { dataset, tokens, client, runtime } = stage;
  const hub = mostFollowed(stage);
  const followers = dataset.follows.filter(([, followee]) => followee === hub).map(([follower]) => follower);
  const ids = followers.map((index) => dataset.users[index]?.id ?? "");
  const own = followers.map((index) => tokens[index] ?? "");
  await warmHomes(client, runtime, homeAsks(ids, own));
  const post = async (nth: number) => deliver(stage, hub, followers.length, [`The flock is watched, ${nth}`]);
  for (let nth = 0; nth < WARM_POSTS; nth += 1) await post(nth);
  const profile = await profileOf(port, async () => {
    for (let nth = 0; nth < POSTS; nth += 1) await post(WARM_POSTS + nth);
  });
  return { profile, count: POSTS * followers.length, unit: "delivery" };
}

function print(report: Report, name: string, { profile, count, unit }: Profile, map: SourceMapPayload): void {
  const busy = busyTime(profile);
  const wall = profile.endTime - profile.startTime;
  report.section(`Profile of ${name}: ${count} x ${unit}, the isolate busy ${((busy / wall) * 100).toFixed(0)} %`);
  report.line(
    `${(busy / count).toFixed(1)} µs of the isolate a ${unit}; "(program)" is native code outside of functions`,
  );
  const times = selfTimes(profile, map);
  const files = byFile(times).slice(0, FILES_SHOWN);
  report.table(
    ["file, package or runtime", "self %", `self µs/${unit}`],
    files.map(({ place, self }) => [place, ((self / busy) * 100).toFixed(1), (self / count).toFixed(2)]),
  );
  report.line("");
  const rows = times
    .slice(0, SHOWN)
    .map(({ name: title, place, self, total }) => [
      title,
      place,
      ((self / busy) * 100).toFixed(1),
      (self / count).toFixed(2),
      (total / count).toFixed(2),
    ]);
  report.table(["function", "file:line", "self %", `self µs/${unit}`, "with callees"], rows);
}

function save(report: Report, part: Profiled, profile: CpuProfile): void {
  const folder = join(ROOT, "bench/results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${part}.cpuprofile`), JSON.stringify(profile));
  report.line(`for DevTools: bench/results/${part}.cpuprofile`);
}
