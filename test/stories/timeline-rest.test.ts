import { evictAllDurableObjects } from "cloudflare:test";
import { beforeEach, expect, test, vi } from "vitest";
import { takeObjectRows, watchObjectRows } from "../support/object-rows.ts";
import { heldBy, timelineOf } from "../support/timelines.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

vi.setConfig({ testTimeout: 60_000 });

const HOUR = 3600;

let world: World;
let reader: Person;
let authors: Person[];

/** Someone who follows three, and was here just now. */
beforeEach(async () => {
  await watchObjectRows();
  world = await newWorld({ vars: { ACCESS_TOKEN_SECONDS: "10000000" } });
  reader = await world.register("reader", { shard: 0 });
  authors = [];
  for (const shard of [0, 1, 1]) authors.push(await world.register("author", { shard }));
  await reader.follows(...authors);
  await world.drain();
  await reader.home();
});

/** Everybody posts so often; nobody calls the objects for long enough after each, and they are evicted. */
async function postMeanwhile(rounds: number, text = "meanwhile"): Promise<string[]> {
  const ids: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const author of authors) {
      ids.unshift((await author.posts(`${text} ${round}`)).id);
      await world.drain();
      await evictAllDurableObjects();
    }
  }
  return ids;
}

const rowsOfPushes = async (work: () => Promise<unknown>): Promise<number> => {
  takeObjectRows();
  await work();
  return takeObjectRows().written;
};

test("what was posted while a reader slept costs that timeline one row, and is all there in the morning", async () => {
  world.advance(9 * HOUR);
  const posted: string[] = [];
  expect(await rowsOfPushes(async () => posted.unshift(...(await postMeanwhile(4))))).toBe(1);
  expect(await heldBy(reader), "it was not stored").toHaveLength(1);
  expect((await reader.home()).ids).toEqual(posted);
  expect(await heldBy(reader), "now it is").toEqual(posted);
  for (const size of [1, 5]) expect(await reader.wholeHome(size)).toEqual(posted);
});

test("after the visit home is answered from the timeline again, and pushes are stored as they come", async () => {
  world.advance(9 * HOUR);
  const night = await postMeanwhile(2);
  await reader.home();
  const day = await postMeanwhile(1, "in the day");
  world.meter.reset();
  expect((await reader.home()).ids).toEqual([...day, ...night]);
  expect(world.meter.objectCalls("HomeTimeline.merge")).toBe(0);
});

test("where the store does not answer on the way back, home says what it lacks, and has it as soon as it can", async () => {
  const known = await postMeanwhile(1, "before");
  await reader.home();
  world.advance(9 * HOUR);
  const night = await postMeanwhile(2);
  world.faults.shard(1, "error");
  const page = await reader.home();
  expect(page.meta.degraded).toContain("shard:1");
  expect(page.ids.filter((id) => !known.includes(id) && !night.includes(id))).toEqual([]);
  expect(BigInt(page.meta.newest_id ?? "0"), "a client that polls relies on nothing above").toBeLessThan(
    BigInt(night.at(-1) ?? "0"),
  );
  world.faults.none();
  world.advance(10);
  expect((await reader.home()).ids).toEqual([...night, ...known]);
});

test("what is pushed to another memory while a reader catches up is not lost with it", async () => {
  world.advance(9 * HOUR);
  const night = await postMeanwhile(1);
  const timeline = timelineOf(reader);
  const read = { before: "9".repeat(19), since: "0".repeat(19), count: 10, now: world.now() };
  const home = (await timeline.read(read)) as { base: number; memory: string; lost?: { above: string } };
  expect(home.lost).toBeDefined();
  await evictAllDurableObjects();
  const late = (await authors[0]?.posts("in between"))?.id ?? "";
  await world.drain();
  // A merge of what was read before that push, as if it had been on its way.
  const { base, memory, lost } = home;
  const merged = await timeline.merge({
    entries: [],
    basedOn: base,
    memory,
    wholeAbove: lost?.above ?? "",
    seenAt: world.now(),
  });
  expect(merged, "it must begin again").toBe(false);
  expect((await reader.home()).ids).toEqual([late, ...night]);
});

test("what was deleted, undone or unfollowed while it rested does not come back with the rest", async () => {
  const [first, second, third] = authors;
  if (first === undefined || second === undefined || third === undefined) throw new Error("three authors");
  world.advance(9 * HOUR);
  const gone = await first.posts("soon gone");
  const kept = await second.posts("stays");
  await third.retweets(gone);
  const undone = await third.retweets(kept);
  const leaving = await third.posts("of somebody unfollowed");
  await world.drain();
  await evictAllDurableObjects();
  await first.deletes(gone);
  await third.undoesRetweet(kept);
  await world.drain();
  await evictAllDurableObjects();
  world.advance(6);
  expect((await reader.home()).ids).toEqual([leaving.id, kept.id]);
  expect((await reader.home()).ids).not.toContain(undone.id);
  world.advance(9 * HOUR);
  const last = await third.posts("and another");
  await world.drain();
  await reader.unfollows(third);
  await world.drain();
  await evictAllDurableObjects();
  expect((await reader.home()).ids).toEqual([kept.id]);
  await reader.follows(third);
  await world.drain();
  expect((await reader.home()).ids).toEqual([last.id, leaving.id, kept.id]);
});

test("one's own tweet is in one's own home at once, also where one posts without reading", async () => {
  world.advance(9 * HOUR);
  const [one, two] = [await reader.posts("without a look"), await reader.posts("and again")];
  await evictAllDurableObjects();
  expect((await reader.home()).ids).toEqual([two.id, one.id]);
});
