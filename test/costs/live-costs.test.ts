import { evictAllDurableObjects, evictDurableObject } from "cloudflare:test";
import { beforeAll, expect, test } from "vitest";
import { lowestIdAt } from "../../workers/lib/snowflake.ts";
import { gone, listens, tweets, type Listener } from "../support/live.ts";
import { takeObjectRows, watchObjectRows } from "../support/object-rows.ts";
import { timelineOf } from "../support/timelines.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

/** What live updates cost, counted: a page that listens must not make anything dearer but its own opening. */
let world: World;
let author: Person;
let listening: Person;
let silent: Person;
let page: Listener;

const spent = () => {
  const { d1, kv, objects } = world.meter;
  return { rows: takeObjectRows(), d1: d1.requests, kv: kv.keysRead, calls: Object.fromEntries(objects) };
};
const begin = () => {
  world.meter.reset();
  takeObjectRows();
};

beforeAll(async () => {
  await watchObjectRows();
  world = await newWorld();
  [author, listening, silent] = await world.registerAll("author", "listening", "silent");
  for (const reader of [listening, silent]) {
    await reader.follows(author);
    await world.drain();
    await reader.home();
  }
});

test("opening is one object call that writes nothing; evicted, the object reads the one row a read would", async () => {
  await evictAllDurableObjects();
  begin();
  page = await listens(listening);
  expect(spent()).toEqual({ rows: { read: 1, written: 0 }, d1: 0, kv: 0, calls: { "HomeTimeline.fetch": 1 } });
  begin();
  await listens(listening);
  expect(spent().rows).toEqual({ read: 0, written: 0 });
});

test("an open socket costs nothing: pings are answered without the object, which is not even started", async () => {
  await evictAllDurableObjects();
  begin();
  for (let beat = 0; beat < 5; beat += 1) await page.pings();
  expect(spent()).toEqual({ rows: { read: 0, written: 0 }, d1: 0, kv: 0, calls: {} });
  await expect(evictDurableObject(timelineOf(listening)), "it does not run").rejects.toThrow();
});

test("a push and a deletion cost a reader who listens the same rows as one who does not", async () => {
  const rowsOf = async (reader: Person, work: (timeline: ReturnType<typeof timelineOf>) => Promise<void>) => {
    await evictAllDurableObjects();
    takeObjectRows();
    await work(timelineOf(reader));
    return takeObjectRows();
  };
  for (let round = 0; round < 3; round += 1) {
    const id = lowestIdAt(Date.now());
    const entries = [{ id, tweetId: id, authorId: author.id, actorId: author.id }];
    const push = (reader: Person) => rowsOf(reader, (timeline) => timeline.push({ entries, now: world.now() }));
    const pushed = await push(silent);
    expect(pushed.written).toBe(1);
    expect(await push(listening)).toEqual(pushed);
    const remove = (reader: Person) => rowsOf(reader, (timeline) => timeline.remove({ tweetIds: [id] }));
    const removed = await remove(silent);
    expect(removed.written).toBe(1);
    expect(await remove(listening)).toEqual(removed);
    expect(await page.heard()).toEqual([tweets(id), gone(id)]);
  }
});
