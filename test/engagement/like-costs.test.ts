import { expect, test, vi } from "vitest";
import { plantUsers, signIn } from "../support/planting.ts";
import { newWorld, type World } from "../support/world.ts";
import { plantLikes } from "./plant-likes.ts";
import { bookmarks, countsOf, FRESH, likes, newFolder, unbookmarks, unlikes, untold } from "./talk.ts";

/** The bill of a like is counted, never timed: rows written are what it is made of. */
const TOGETHER = 100;
const STORM = 10_000;
const ROWS_A_LIKE_MAX = 4.1;

// Ten thousand likes: a busy machine needs longer than the default.
vi.setConfig({ testTimeout: 120_000 });

/** Everything `work` wrote by itself, and by the consumers behind it. */
async function rowsWrittenBy(world: World, work: () => Promise<unknown>): Promise<{ forward: number; behind: number }> {
  await world.drain();
  world.meter.reset();
  await work();
  const forward = world.meter.d1.rowsWritten;
  await world.drain();
  return { forward, behind: world.meter.d1.rowsWritten - forward };
}

test("a like, a bookmark, and the end of either write five rows in all: edge and event, edge and count, and the event goes", async () => {
  const world = await newWorld();
  const alice = await world.register("alice", { shard: 0 });
  const bob = await world.register("bob", { shard: 1 });
  const tweet = await alice.posts("five rows");
  for (const act of [likes, unlikes, likes, bookmarks, unbookmarks, bookmarks]) {
    expect(await rowsWrittenBy(world, () => act(bob, tweet))).toEqual({ forward: 2, behind: 3 });
    expect(await rowsWrittenBy(world, () => act(bob, tweet)), "again").toEqual({ forward: 0, behind: 0 });
  }
  const folder = await newFolder(bob);
  await unbookmarks(bob, tweet);
  expect(await rowsWrittenBy(world, () => bookmarks(bob, tweet, folder))).toEqual({ forward: 3, behind: 3 });
});

test("a like is answered after three D1 requests: the tweet with its author, how the liker stands to them, and the one batch that writes it", async () => {
  const world = await newWorld();
  const [alice, bob] = [await world.register("alice", { shard: 0 }), await world.register("bob", { shard: 0 })];
  const tweet = await alice.posts("not far");
  await world.drain();
  world.meter.reset();
  await likes(bob, tweet);
  expect(world.meter.d1).toMatchObject({ requests: 3, batches: 1 });
});

test("a hundred likes that arrive together cost at most 4.1 rows each, in one batch for the tweet and one statement a shard for their events", async () => {
  const world = await newWorld({ vars: FRESH });
  const alice = await world.register("alice");
  const tweet = await alice.posts("liked by a hundred");
  const crowd = await plantUsers(world, TOGETHER);
  const people = await Promise.all(crowd.map((user) => signIn(world, user)));
  await world.drain();
  world.meter.reset();
  for (const person of people) await likes(person, tweet);
  const asked = world.meter.d1.requests;
  const { batches } = await world.drain();
  expect(batches, "queue batches").toBe(1);
  const { shards } = world.isolate.runtime;
  const homes = new Set(crowd.map(({ id }) => shards.indexOf(id)));
  expect(world.meter.d1.requests - asked).toBe(1 + homes.size);
  const each = world.meter.d1.rowsWritten / TOGETHER;
  console.log(`${TOGETHER} likes together: ${each.toFixed(2)} rows written each`);
  expect(each).toBeLessThanOrEqual(ROWS_A_LIKE_MAX);
  expect(await countsOf(alice, tweet)).toEqual({ like_count: TOGETHER, bookmark_count: 0 });
  expect(await untold(world, ...crowd)).toEqual([]);
});

test("a storm of 10,000 likes on one tweet costs at most 4.1 rows each, and leaves it as cheap to read as one with a single like", async () => {
  const world = await newWorld({ isolates: 2, vars: FRESH });
  const [alice, bob] = await world.registerAll("alice", "bob");
  const [calm, once] = [await alice.posts("liked by nobody"), await alice.posts("liked by one")];
  const stormy = await alice.posts("liked by everybody");
  await likes(bob, once);
  await world.drain();
  world.meter.reset();
  await plantLikes(world, stormy, STORM);
  const forward = world.meter.d1.rowsWritten;
  // Planting must count as the requests would: two rows each.
  expect(forward).toBe(2 * STORM);
  const { batches } = await world.drain();
  const { rowsWritten, rowsRead } = world.meter.d1;
  console.log(
    `${STORM} likes on one tweet in ${batches} queue batches: ${rowsWritten} rows written, ` +
      `${(rowsWritten / STORM).toFixed(2)} each (${forward / STORM} by the requests), ${(rowsRead / STORM).toFixed(2)} read`,
  );
  expect(rowsWritten / STORM).toBeLessThanOrEqual(ROWS_A_LIKE_MAX);
  expect(rowsRead / STORM, "rows read do not grow with the likes that are there").toBeLessThan(12);
  expect(await countsOf(bob, stormy)).toEqual({ like_count: STORM, bookmark_count: 0 });
  const priceOf = async (tweet: { id: string }) => {
    world.meter.reset();
    await bob.sees(tweet);
    const { requests, statements, rowsRead: read } = world.meter.d1;
    return { requests, statements, read };
  };
  expect(await priceOf(stormy)).toEqual(await priceOf(once));
  // The first like makes the row of its counts; no later one adds to it.
  const price = await priceOf(calm);
  expect(await priceOf(stormy)).toEqual({ ...price, read: price.read + 1 });
});

test("where the shard of some tweets is down, likes of all others are applied and done, and those come when it is back", async () => {
  const world = await newWorld({ vars: FRESH });
  const [here, there] = [await world.register("here", { shard: 0 }), await world.register("there", { shard: 1 })];
  const [near, far] = [await here.posts("near"), await there.posts("far")];
  const crowd = await plantUsers(world, 20);
  await world.drain();
  for (const user of crowd) {
    const person = await signIn(world, user);
    await likes(person, near);
    await likes(person, far);
  }
  world.faults.shard(1, "error", { only: /INSERT INTO "engagement_counts"/i });
  const done = await world.drain({ batches: 1 });
  expect(done).toMatchObject({ delivered: crowd.length, retried: crowd.length });
  expect(await countsOf(here, near)).toMatchObject({ like_count: crowd.length });
  expect(await countsOf(here, far)).toMatchObject({ like_count: 0 });
  expect(await untold(world, ...crowd)).toHaveLength(crowd.length);
  world.faults.none();
  await world.drain();
  expect(await countsOf(here, far)).toMatchObject({ like_count: crowd.length });
  expect(await untold(world, ...crowd)).toEqual([]);
});

test("a like that nobody can read spoils none of those that come with it", async () => {
  const world = await newWorld({ vars: FRESH });
  const [alice, bob] = await world.registerAll("alice", "bob");
  const tweet = await alice.posts("kept");
  await world.drain();
  await world.isolate.env.EVENTS.send({ v: 1, id: tweet.id, kind: "like-changed", payload: { userId: 1 } });
  await likes(bob, tweet);
  const done = await world.drain({ failing: "lose" });
  expect(done).toMatchObject({ delivered: 1, lost: 1 });
  expect(await countsOf(alice, tweet)).toMatchObject({ like_count: 1 });
});
