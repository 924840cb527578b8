import { beforeAll, expect, test } from "vitest";
import { takeObjectRows, watchObjectRows } from "../support/object-rows.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

/** The bill is counted, never timed: rows, queries and calls are what the platform asks money for. */
let world: World;
let author: Person;
let reader: Person;

/** Everything `work` wrote by itself and by the consumers behind it, in D1 and in objects. */
async function rowsWrittenBy(
  work: () => Promise<unknown>,
): Promise<{ forward: number; consumers: number; objects: number }> {
  world.meter.reset();
  takeObjectRows();
  await work();
  const forward = world.meter.d1.rowsWritten;
  await world.drain();
  const { d1, d1FromObjects } = world.meter;
  const consumers = d1.rowsWritten + d1FromObjects.rowsWritten - forward;
  return { forward, consumers, objects: takeObjectRows().written };
}

beforeAll(async () => {
  await watchObjectRows();
  world = await newWorld({ isolates: 2 });
  author = await world.register("author", { shard: 0 });
  reader = await world.register("reader", { shard: 1 });
  for (const person of [author, reader]) await person.home();
});

test("a post is one D1 batch before its answer, which writes four rows: the tweet and its index entry, the author, the event", async () => {
  await author.posts("the first one makes the author's row");
  await world.drain();
  world.meter.reset();
  await author.posts("the tide is out");
  expect(world.meter.d1).toMatchObject({ requests: 1, batches: 1 });
  expect(world.meter.d1.rowsWritten).toBe(4);
  await world.drain();
});

test("an Idempotency-Key makes it one row more, in the same batch", async () => {
  world.meter.reset();
  await author.posts("the tide is in", { idempotencyKey: "tide-1" });
  expect(world.meter.d1).toMatchObject({ requests: 1, batches: 1 });
  expect(world.meter.d1.rowsWritten).toBe(5);
  await world.drain();
});

test("who is asking is told without I/O, by an isolate that never saw the token and by one that did", async () => {
  for (const isolate of world.isolates) {
    for (const time of ["first", "second"]) {
      world.meter.reset();
      // Somebody else's home: refused as soon as it is known who asks, so this is the price of knowing.
      const refused = await reader.at(isolate).fetch(`/2/users/${author.id}/timelines/reverse_chronological`);
      expect(refused.status, time).toBe(403);
      expect(world.meter.d1.requests + world.meter.kv.keysRead + world.meter.objectCalls(), time).toBe(0);
    }
  }
});

test("a page of 20 tweets from two databases costs two D1 queries where nothing is remembered, and none afterwards", async () => {
  const [stocked, fresh] = world.isolates;
  if (stocked === undefined || fresh === undefined) throw new Error("two isolates are needed");
  const other = await world.register("other", { shard: 1 });
  await reader.follows(author, other);
  await world.drain();
  for (let index = 0; index < 10; index += 1) {
    await author.posts(`from the first database ${index}`);
    await other.posts(`from the second database ${index}`);
  }
  await world.drain();
  const read = async () => {
    world.meter.reset();
    takeObjectRows();
    const page = await reader.at(fresh).home({ max_results: 20 });
    expect(page.ids).toHaveLength(20);
    return { queries: world.meter.d1.requests, calls: world.meter.objectCalls(), rows: takeObjectRows() };
  };
  const cold = await read();
  expect(cold.queries).toBe(2);
  expect(cold.calls).toBe(1);
  expect(await read()).toEqual({ queries: 0, calls: 1, rows: { read: 0, written: 0 } });
});

test("a follow, and its end, write six rows in D1 in all, and the timeline's follow set and head", async () => {
  const [followed, following] = await world.registerAll("followed", "following");
  await followed.posts("something to merge");
  await following.home();
  await world.drain();
  // Edge, count and event; then the edge and the count from the other side, and the event goes.
  const price = { forward: 3, consumers: 3, objects: 2 };
  expect(await rowsWrittenBy(() => following.follows(followed))).toEqual(price);
  expect(await rowsWrittenBy(() => following.unfollows(followed))).toEqual(price);
});

test("a follow that stands already writes nothing", async () => {
  const rows = await rowsWrittenBy(() => reader.follows(author));
  expect(rows).toEqual({ forward: 0, consumers: 0, objects: 0 });
});

test("a deletion writes five rows in D1 in all, and one in each timeline that held the tweet", async () => {
  const tweet = await author.posts("never mind");
  await world.drain();
  // The tweet's index entry goes with its mark; the author, the log of what isolates must forget, the event; then that goes.
  const rows = await rowsWrittenBy(() => author.deletes(tweet));
  expect(rows).toEqual({ forward: 4, consumers: 1, objects: 2 });
});
