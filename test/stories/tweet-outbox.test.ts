import { beforeEach, describe, expect, test } from "vitest";
import { shardBindings } from "../../workers/lib/context.ts";
import { gainFollowers, heldBy } from "../support/timelines.ts";
import { outboxRows } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";
import type { CapturedMessage } from "../support/captured-queues.ts";

const SWEEP_AFTER = 60;
// What goes by a sweep is late, and would go to those who are here first: that is another story.
const VARS = { FANOUT_PAGE_SIZE: "1", FANOUT_BACKLOG_SECONDS: "1000000", ACCESS_TOKEN_SECONDS: "10000000" };

let world: World;
let alice: Person;
let bob: Person;

beforeEach(async () => {
  world = await newWorld({ vars: VARS });
  // Tests of one file share their databases.
  await Promise.all(shardBindings(world.isolate.env).map((shard) => shard.exec("DELETE FROM outbox")));
  [alice, bob] = await world.registerAll("alice", "bob");
  await bob.follows(alice);
  await world.drain();
  await bob.home();
});

/** Drains a batch at a time. @returns every message that was delivered. */
async function drainStepwise(after?: () => Promise<void>): Promise<CapturedMessage[]> {
  const delivered: CapturedMessage[] = [];
  while (world.queue.messages.length > 0) {
    delivered.push(...world.queue.messages.filter((message) => !delivered.some((one) => one.id === message.id)));
    await world.drain({ batches: 1 });
    await after?.();
  }
  return delivered;
}

async function dump(): Promise<string> {
  const tables = [
    "tweets",
    "authors",
    "mentions",
    "following",
    "followers",
    "follow_counts",
    "outbox",
    "visibility_log",
  ];
  const rows = await Promise.all(
    shardBindings(world.isolate.env).flatMap((shard) =>
      tables.map((table) => shard.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()),
    ),
  );
  return JSON.stringify([rows.map(({ results }) => results), await heldBy(alice), await heldBy(bob)]);
}

describe.each(["error", "drop"] as const)("where sending to the queue ends in: %s", (fault) => {
  test("a post, a deletion, a follow and an unfollow are answered, and delivered by the sweep", async () => {
    const [carol, dan] = await world.registerAll("carol", "dan");
    await bob.follows(dan);
    const [early, dans] = [await alice.posts("to be deleted"), await dan.posts("to be left")];
    const carols = await carol.posts("to be found");
    await world.drain();
    expect(await heldBy(bob)).toEqual([dans.id, early.id]);
    world.faults.queueSend(fault);
    const tweet = await alice.posts(`Hello @${bob.username}`);
    await alice.deletes(early);
    await bob.follows(carol);
    await bob.unfollows(dan);
    expect(world.queue.messages).toEqual([]);
    expect((await outboxRows(world)).map((row) => row.kind)).toEqual([
      "tweet-posted",
      "tweet-deleted",
      "follow-changed",
      "follow-changed",
    ]);
    world.faults.queueSend(null);
    world.advance(SWEEP_AFTER - 2);
    await world.sweep();
    expect(world.queue.messages, "their own messages may still come").toEqual([]);
    world.advance(2);
    await world.sweep();
    await world.drain();
    expect(await heldBy(bob)).toEqual([tweet.id, carols.id]);
    expect(await bob.wholeHome(1)).toEqual([tweet.id, carols.id]);
    expect((await bob.page(`/2/users/${bob.id}/mentions`)).ids).toEqual([tweet.id]);
    expect(await outboxRows(world)).toEqual([]);
  });

  test("the sweep itself tries again, each time after twice as long, an hour at most", async () => {
    world.faults.queueSend(fault);
    const tweet = await alice.posts("unheard");
    const waits: number[] = [];
    let waited = 0;
    let attempts = 0;
    while (waits.length < 8) {
      world.advance(60);
      waited += 60;
      await world.sweep();
      const [row] = await outboxRows(world);
      if (row === undefined) throw new Error("the event is not in the outbox any more");
      if (row.attempts === attempts) continue;
      attempts = row.attempts;
      waits.push(waited);
      waited = 0;
    }
    expect(waits).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600]);
    world.faults.queueSend(null);
    world.advance(3600);
    await world.sweep();
    await world.drain();
    expect((await bob.home()).ids).toEqual([tweet.id]);
    expect(await outboxRows(world)).toEqual([]);
  });
});

test("a message that failed too often and went to the dead letters is replayed by the sweep", async () => {
  const tweet = await alice.posts("in trouble");
  world.faults.timelineObject("error", { only: /push/ });
  expect(await world.drain({ failing: "lose" })).toMatchObject({ lost: 1 });
  world.faults.none();
  expect(await heldBy(bob)).toEqual([]);
  world.advance(SWEEP_AFTER);
  await world.sweep();
  await world.drain();
  expect(await heldBy(bob)).toEqual([tweet.id]);
});

test("the sweep holds back what is younger than the oldest message still waiting: its own is most likely behind it", async () => {
  const first = await alice.posts("its message waits");
  world.advance(1);
  world.faults.queueSend("drop");
  const second = await alice.posts("its message is lost");
  world.faults.queueSend(null);
  world.advance(SWEEP_AFTER * 100);
  const idsWaiting = () => world.queue.messages.map((message) => (message.body as { id: string }).id);
  await world.sweep();
  expect(idsWaiting()).not.toContain(second.id);
  expect((await outboxRows(world)).find((row) => row.id === second.id)?.attempts).toBe(0);
  await world.drain();
  expect(await heldBy(bob)).toEqual([first.id]);
  await world.sweep();
  expect(idsWaiting()).toEqual([second.id]);
  await world.drain();
  expect(await heldBy(bob)).toEqual([second.id, first.id]);
});

test("an event goes only when the last page of its fan-out has reported, whichever range that is in", async () => {
  await gainFollowers(world, alice, 7);
  const tweet = await alice.posts("to eight readers");
  const progress: string[] = [];
  await drainStepwise(async () => {
    const [row] = await outboxRows(world);
    if (world.queue.messages.length > 0) expect(row?.id).toBe(tweet.id);
    progress.push(row === undefined ? "gone" : (row.progress ?? "none"));
  });
  expect(progress.at(-1)).toBe("gone");
  expect(progress.indexOf("gone")).toBe(progress.length - 1);
  expect(new Set(progress).size, "cursors were saved on the way").toBeGreaterThan(4);
  expect(await heldBy(bob)).toEqual([tweet.id]);
});

test("messages that come again after all is done change nothing, in any order", async () => {
  const [carol] = await world.registerAll("carol");
  await gainFollowers(world, alice, 5);
  const gone = await alice.posts("soon gone");
  const kept = await alice.posts(`Hello @${bob.username}`);
  await bob.follows(carol);
  await alice.deletes(gone);
  await bob.unfollows(carol);
  const delivered = await drainStepwise();
  expect(delivered.length).toBeGreaterThan(10);
  const before = await dump();
  for (const messages of [delivered, delivered.toReversed()]) {
    for (const message of messages) {
      world.queue.messages = [{ ...message, attempts: 0 }];
      await world.drain();
    }
  }
  expect(await dump()).toBe(before);
  expect(await bob.wholeHome()).toEqual([kept.id]);
});

test("a page that failed half-way is redone as a whole, and brings the tweet once to everybody", async () => {
  world = await newWorld({ vars: { ...VARS, FANOUT_PAGE_SIZE: "3" } });
  const author = await world.register("author");
  const readers: Person[] = [];
  for (let index = 0; index < 8; index += 1) {
    const reader = await world.register("reader");
    await reader.follows(author);
    readers.push(reader);
  }
  await world.drain();
  for (const reader of readers) await reader.home();
  const tweet = await author.posts("through trouble");
  world.faults.timelineObject("error", { only: /push/, times: 4 });
  const drained = await world.drain();
  expect(drained.retried).toBeGreaterThan(0);
  for (const reader of readers) {
    expect(await heldBy(reader)).toEqual([tweet.id]);
    expect(await reader.wholeHome(1)).toEqual([tweet.id]);
  }
  expect(await outboxRows(world)).toEqual([]);
});

test("a page message that is lost is sent again by the sweep from the cursor that was saved, not from the start", async () => {
  await gainFollowers(world, alice, 20);
  const tweet = await alice.posts("interrupted");
  await world.drain({ batches: 6 });
  const [row] = await outboxRows(world);
  const saved = JSON.parse(row?.progress ?? "{}") as Record<string, string>;
  expect(
    Object.values(saved).some((cursor) => cursor !== ""),
    "some pages were served",
  ).toBe(true);
  expect(world.queue.loseAll()).toBeGreaterThan(0);
  world.meter.reset();
  world.advance(SWEEP_AFTER);
  await world.sweep();
  await world.drain({ batches: 1 });
  const pages = world.queue.of("dunlin-fanout").map((message) => message.body as { range: string; cursor: string });
  expect(Object.fromEntries(pages.map(({ range, cursor }) => [range, cursor]))).toEqual(saved);
  await world.drain();
  expect(world.meter.objectCalls("HomeTimeline.push"), "fewer than the 22 of a whole fan-out").toBeLessThan(20);
  expect(await outboxRows(world)).toEqual([]);
  expect(await heldBy(bob)).toEqual([tweet.id]);
});
