/** Part `post`: at low load, how long a post takes to be answered, and to be seen by a follower. */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom, sleep } from "../scripts/lib.ts";
import { HttpConnection, messageOf, type Ask } from "./http-connection.ts";
import type { MainStage } from "./main-stage.ts";
import type { Report } from "./report.ts";
import { percentile } from "./statistics.ts";
import { homeAsks, warmHomes } from "./stage.ts";

const POSTS = 150;
const PAUSE_MS = 60;
const POLL_MS = 5;
const LATE_MS = 20_000;

export async function benchPost(stage: MainStage, report: Report): Promise<void> {
  report.section(
    `Posting: ${POSTS} posts one after the other, each watched by one follower who asks every ${POLL_MS} ms`,
  );
  const pairs = drawPairs(stage);
  // A fresh process: the local runtime closes objects that were used before and are idle now all at once, and that stalls it.
  await stage.restart({});
  await warmHomes(
    stage.client,
    stage.runtime,
    pairs.map((pair) => pair.home),
  );
  const connection = await HttpConnection.open(stage.runtime.url);
  const answered: number[] = [];
  const visible: number[] = [];
  const disk = openDisk();
  for (const [index, { author, home }] of pairs.entries()) {
    const sentAt = performance.now();
    const ask: Ask = { path: "/2/tweets", token: author, json: { text: `High tide at ${index} past nine #wadden` } };
    const { status, body } = await connection.send(messageOf("localhost", ask));
    answered.push(performance.now() - sentAt);
    if (status !== 201) throw new Error(`a post answered ${status}: ${body}`);
    await untilShown(connection, home, (JSON.parse(body.toString()) as { data: { id: string } }).data.id, sentAt);
    visible.push(performance.now() - sentAt);
    disk.probe();
    await sleep(PAUSE_MS);
  }
  connection.close();
  disk.close();
  for (const times of [answered, visible, disk.times]) times.sort((a, b) => a - b);
  const row = (name: string, times: readonly number[]) => [
    name,
    ...[0.5, 0.9, 0.99, 1].map((p) => percentile(times, p).toFixed(1)),
  ];
  report.table(
    ["milliseconds", "p50", "p90", "p99", "max"],
    [
      row("answered", answered),
      row("seen by a follower", visible),
      row("one fsync of this disk meanwhile", disk.times),
    ],
  );
  report.budget({
    name: "post answered, p99",
    value: percentile(answered, 0.99),
    limit: 200,
    must: "at most",
    unit: " ms",
  });
  report.budget({
    name: "post seen by a follower, p99",
    value: percentile(visible, 0.99),
    limit: 1000,
    must: "at most",
    unit: " ms",
  });
  report.figure("post", { answeredMs: answered, visibleMs: visible, fsyncMs: disk.times });
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

/** Authors, each as likely as any other, with one of their followers. How long a wide fan-out takes is another part's figure. */
function drawPairs({ dataset, tokens }: MainStage): { author: string; home: Ask }[] {
  const random = seededRandom(5);
  const followersOf = [...Map.groupBy(dataset.follows, ([, followee]) => followee)];
  return Array.from({ length: POSTS }, () => {
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

async function untilShown(connection: HttpConnection, home: Ask, id: string, sentAt: number): Promise<void> {
  const message = messageOf("localhost", home);
  const mark = `"id":"${id}"`;
  for (;;) {
    const { body } = await connection.send(message);
    if (body.includes(mark)) return;
    if (performance.now() - sentAt > LATE_MS) throw new Error(`tweet ${id} did not reach a follower`);
    await sleep(POLL_MS);
  }
}
