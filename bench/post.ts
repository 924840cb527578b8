/** Part `post`: at low load, how long a post takes to be answered, and to be seen by a follower. */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, sleep } from "../scripts/lib.ts";
import { watchCpu } from "./cpu.ts";
import type { Ask } from "./http-connection.ts";
import type { MainStage } from "./main-stage.ts";
import { Probe } from "./references.ts";
import type { Report } from "./report.ts";
import { scenarioOfLaps, type Lap, type Scenario } from "./scenario.ts";
import { percentile } from "./statistics.ts";
import { homeAsks, warmHomes } from "./stage.ts";

const PAUSE_MS = 60;
const POLL_MS = 5;
const LATE_MS = 20_000;
/** Posts are looked at in so many groups: how much those differ says how far their figures can be trusted. */
const LAPS = 6;

export interface Pair {
  /** The author's token. */
  readonly author: string;
  /** How one of the author's followers asks for home. */
  readonly home: Ask;
}

/** Milliseconds of each post, beside one request of each reference right after it. */
export interface Posted {
  readonly answered: number;
  readonly seen: number;
  readonly bare: number;
  readonly empty: number;
}

export async function benchPost(stage: MainStage, report: Report): Promise<void> {
  const { posts } = stage.scale;
  report.section(
    `Posting: ${posts} posts one after the other, each watched by one follower who asks every ${POLL_MS} ms`,
  );
  const pairs = drawPairs(stage, posts);
  // A fresh process: the local runtime closes objects that were used before and are idle now all at once, and that stalls it.
  await stage.restart({});
  await warmHomes(
    stage.client,
    stage.runtime,
    pairs.map((pair) => pair.home),
  );
  const disk = openDisk();
  const endCpu = watchCpu(stage.runtime.pid);
  const posted = await postAndWatch(stage, pairs, () => disk.probe());
  const cpu = endCpu(0);
  disk.close();
  const ascending = (times: readonly number[]) => times.toSorted((a, b) => a - b);
  const answered = ascending(posted.map((one) => one.answered));
  const visible = ascending(posted.map((one) => one.seen));
  const fsync = ascending(disk.times);
  const row = (name: string, times: readonly number[]) => [
    name,
    ...[0.5, 0.9, 0.99, 1].map((p) => percentile(times, p).toFixed(1)),
  ];
  report.table(
    ["milliseconds", "p50", "p90", "p99", "max"],
    [row("answered", answered), row("seen by a follower", visible), row("one fsync of this disk meanwhile", fsync)],
  );
  const budget = (name: string, times: readonly number[], limit: number) =>
    report.budget({ name, value: percentile(times, 0.99), limit, must: "at most", unit: " ms" });
  budget("post answered, p99", answered, 200);
  budget("post seen by a follower, p99", visible, 1000);
  report.figure("post", { answeredMs: answered, visibleMs: visible, fsyncMs: fsync });
  for (const scenario of scenariosOf("post", "post, any author", "post, push tier, 10 followers", posted)) {
    report.scenario({ ...scenario, cpu });
  }
}

/** What posts told, as two scenarios: acknowledged, and seen by a follower. */
export function scenariosOf(part: string, name: string, operation: string, posted: readonly Posted[]): Scenario[] {
  const size = Math.ceil(posted.length / LAPS);
  const groups = Array.from({ length: Math.ceil(posted.length / size) }, (_, nth) =>
    posted.slice(nth * size, (nth + 1) * size),
  );
  const lapsOf = (what: "answered" | "seen") =>
    groups.map((group): Lap => ({
      own: group.map((one) => one[what]),
      bare: group.map((one) => one.bare),
      empty: group.map((one) => one.empty),
    }));
  const uses = [{ operation, count: 1 }];
  return [
    scenarioOfLaps({ part, name: `${name}: acknowledged`, unit: "posts", uses }, lapsOf("answered")),
    scenarioOfLaps({ part, name: `${name}: seen by a follower`, unit: "posts", uses }, lapsOf("seen")),
  ];
}

/** Posts one after the other, each until its follower sees it; `between` runs after each. */
export async function postAndWatch(
  stage: MainStage,
  pairs: readonly Pair[],
  between: () => void = () => undefined,
): Promise<Posted[]> {
  const probe = await Probe.open(stage);
  const posted: Posted[] = [];
  for (const [index, { author, home }] of pairs.entries()) {
    const sentAt = performance.now();
    const ask: Ask = { path: "/2/tweets", token: author, json: { text: `High tide at ${index} past nine #wadden` } };
    const { ms: answered, status, text } = await probe.send(ask);
    if (status !== 201) throw new Error(`a post answered ${status}: ${text}`);
    await untilShown(probe, home, (JSON.parse(text) as { data: { id: string } }).data.id, sentAt);
    const seen = performance.now() - sentAt;
    posted.push({ answered, seen, ...(await probe.references()) });
    between();
    await sleep(PAUSE_MS);
  }
  probe.close();
  return posted;
}

/** What one durable write costs on this disk, which a post pays several times: others may be busy on it. */
function openDisk(): { times: number[]; probe(): void; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-bench-disk-"));
  const file = openSync(join(folder, "probe"), "w");
  const times: number[] = [];
  return {
    times,
    probe() {
      const before = performance.now();
      writeSync(file, Buffer.alloc(4096, times.length));
      fsyncSync(file);
      times.push(performance.now() - before);
    },
    close() {
      closeSync(file);
      rmSync(folder, { recursive: true });
    },
  };
}

/**
 * `count` times an author, each as likely as any other, with one of their followers. How long a wide fan-out takes is
 * another part's figure. `among`: which authors are meant.
 */
export function drawPairs(
  { dataset, tokens }: MainStage,
  count: number,
  among: (author: number, followers: number) => boolean = () => true,
): Pair[] {
  const random = seededRandom(5);
  const followersOf = [...Map.groupBy(dataset.follows, ([, followee]) => followee)].filter(([author, follows]) =>
    among(author, follows.length),
  );
  return Array.from({ length: count }, () => {
    const [followee, follows] = pick(followersOf, random);
    const [follower] = pick(follows, random);
    const [home] = homeAsks([dataset.users[follower]?.id ?? ""], [tokens[follower] ?? ""], "?max_results=5");
    if (home === undefined) throw new Error("no follower");
    return { author: tokens[followee] ?? "", home };
  });
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}

async function untilShown(probe: Probe, home: Ask, id: string, sentAt: number): Promise<void> {
  const mark = `"id":"${id}"`;
  for (;;) {
    const { text } = await probe.send(home);
    if (text.includes(mark)) return;
    if (performance.now() - sentAt > LATE_MS) throw new Error(`tweet ${id} did not reach a follower`);
    await sleep(POLL_MS);
  }
}
