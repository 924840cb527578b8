import { beforeEach, expect, test, vi } from "vitest";
import { shardBindings } from "../../workers/lib/context.ts";
import { outboxRows } from "../support/planting.ts";
import { heldBy } from "../support/timelines.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

vi.setConfig({ testTimeout: 60_000 });

const AUTHORS = 10;

let world: World;
let reader: Person;
let authors: Person[];

/** One reader follows ten authors, who hear nothing of one another. */
beforeEach(async () => {
  world = await newWorld();
  await Promise.all(shardBindings(world.isolate.env).map((shard) => shard.exec("DELETE FROM outbox")));
  reader = await world.register("reader");
  authors = [];
  for (let index = 0; index < AUTHORS; index += 1) authors.push(await world.register("author"));
  await reader.follows(...authors);
  await world.drain();
  await reader.home();
  for (const author of authors) await author.home();
});

async function everybodyPosts(): Promise<string[]> {
  const ids: string[] = [];
  for (const author of authors) ids.push((await author.posts("at the same time")).id);
  return ids.reverse();
}

test("what ten authors posted meanwhile comes to a reader's timeline in one call and one row", async () => {
  const wanted = await everybodyPosts();
  world.meter.reset();
  await world.drain();
  expect(await heldBy(reader)).toEqual(wanted);
  expect(world.meter.objectCalls("HomeTimeline.push"), "one for the reader, one for each author's own").toBe(
    1 + AUTHORS,
  );
  expect(await outboxRows(world)).toEqual([]);
});

test("a reader whose timeline fails holds up only the tweets that are for that reader, and gets them by the retry", async () => {
  const stranger = await world.register("stranger");
  const friend = await world.register("friend");
  await friend.follows(stranger);
  await world.drain();
  await friend.home();
  const wanted = await everybodyPosts();
  const other = await stranger.posts("to somebody else");
  world.faults.timelineObject("error", { times: 1, only: /push/ });
  const drained = await world.drain();
  expect(drained.retried).toBeGreaterThan(0);
  expect(await heldBy(reader)).toEqual(wanted);
  expect(await heldBy(friend)).toEqual([other.id]);
  expect(await outboxRows(world)).toEqual([]);
});

test("a message whose shard hangs does not keep the others' tweets from being delivered", async () => {
  const wanted = await everybodyPosts();
  const stuck = authors.filter((author) => world.isolate.runtime.shards.indexOf(author.id.padStart(19, "0")) === 0);
  expect(stuck.length).toBeGreaterThan(0);
  expect(stuck.length).toBeLessThan(AUTHORS);
  world.faults.shard(0, "hang", { only: /"followers"/ });
  const draining = world.drain();
  const fromOthers = new Set(authors.flatMap((author, index) => (stuck.includes(author) ? [] : [AUTHORS - 1 - index])));
  const reached = wanted.filter((_, index) => fromOthers.has(index));
  await vi.waitFor(async () => expect(await heldBy(reader)).toEqual(reached), { timeout: 10_000 });
  world.faults.shard(0, null);
  await draining;
  expect(await heldBy(reader)).toEqual(wanted);
  expect(await outboxRows(world)).toEqual([]);
});
