import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { databaseOf, plantTweets } from "../support/planting.ts";
import { DAY, heldBy, SMALL_TIERS, timelineOf } from "../support/timelines.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

/** A world that lives in the past: objects go by the real clock, so what happens in it is long ago for their alarms. */
async function worldOf(daysAgo: number): Promise<World> {
  const world = await newWorld({ vars: SMALL_TIERS });
  world.advance(-daysAgo * DAY);
  return world;
}

async function storedBy(person: Person): Promise<{ tables: number; alarm: number | null }> {
  return await runInDurableObject(timelineOf(person), async (_timeline, state) => {
    const { results } = {
      results: state.storage.sql
        .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'")
        .toArray(),
    };
    return { tables: results.length, alarm: await state.storage.getAlarm() };
  });
}

describe("a timeline whose reader stays away", () => {
  test("is dropped by its alarm after 14 days, and rebuilt before the answer on return", async () => {
    const world = await worldOf(15);
    const [author, reader] = await world.registerAll("author", "reader");
    await reader.follows(author);
    await world.drain();
    await reader.home();
    const early = await author.posts("early");
    await world.drain();
    expect(await heldBy(reader)).toEqual([early.id]);

    expect(await runDurableObjectAlarm(timelineOf(reader))).toBe(true);
    expect(await storedBy(reader)).toEqual({ tables: 0, alarm: null });
    await evictDurableObject(timelineOf(reader));
    world.advance(15 * DAY);
    const late = await author.posts("late");
    await world.drain();
    expect(await heldBy(reader), "a push does not wake it").toBeNull();
    await evictDurableObject(timelineOf(reader));
    const page = await reader.home({ max_results: 1 });
    expect(page.ids, "the first page is never empty").toEqual([late.id]);
    expect(page.meta.degraded).toBeUndefined();
    expect(await reader.wholeHome(1)).toEqual([late.id, early.id]);
    expect((await storedBy(reader)).tables).toBe(1);
  });

  test("is kept for as long as a push could still come, and its alarm looks again when that ends", async () => {
    const world = await worldOf(13);
    const reader = await world.register("reader");
    const own = await reader.posts("here");
    await reader.home();
    expect(await runDurableObjectAlarm(timelineOf(reader))).toBe(true);
    expect(await heldBy(reader)).toEqual([own.id]);
    const { alarm } = await storedBy(reader);
    expect(Math.abs((alarm ?? 0) - (Date.now() + DAY * 1000)), "a day from now").toBeLessThan(60_000);
  });
});

describe("a cold timeline", () => {
  test("gives a full first page, rebuilt from the store, whoever reads first", async () => {
    const world = await newWorld({ isolates: 2 });
    const [author, reader] = await world.registerAll("author", "reader");
    const written = await plantTweets(world, author, { count: 120, from: world.now() - 120_000, every: 1_000 });
    await reader.follows(author);
    await world.drain();
    const pages = await Promise.all(world.isolates.map((isolate) => reader.at(isolate).home({ max_results: 100 })));
    for (const page of pages) expect(page.ids).toEqual(written.slice(0, 100));
    expect(await heldBy(reader)).toEqual(written);
  });

  test("loses nothing that is pushed, deleted, followed or unfollowed while it is being rebuilt", async () => {
    const world = await newWorld();
    const [author, dropped, joined, reader] = await world.registerAll("author", "dropped", "joined", "reader");
    await reader.follows(author, dropped);
    await world.drain();
    const [kept, deleted] = [await author.posts("kept"), await author.posts("deleted")];
    const [unwanted, wanted] = [await dropped.posts("unwanted"), await joined.posts("wanted")];
    await world.drain();
    // The rebuild opens, stores the visit and reads everything; its merge is slow.
    const timeline = timelineOf(reader);
    const home = await timeline.read({ before: "9".repeat(19), since: "0".repeat(19), count: 1 });
    expect(home.state).toBe("cold");
    const visit = "INSERT INTO readers (user_id, seen_at) VALUES (?, ?)";
    await databaseOf(world, reader.id).prepare(visit).bind(reader.id, world.now()).run();
    const entries = [
      [deleted, author],
      [kept, author],
      [unwanted, dropped],
    ] as const;
    const merge = {
      entries: entries.map(([{ id }, { id: authorId }]) => ({ id, tweetId: id, authorId, actorId: authorId })),
      follows: new Map([author, dropped].map(({ id }) => [id, { state: 1 as const, version: 1 }])),
      floor: "0".repeat(19),
      seenAt: world.now(),
      basedOn: home.base,
    };
    const pushed = await author.posts("pushed meanwhile");
    await author.deletes(deleted);
    await reader.unfollows(dropped);
    await reader.follows(joined);
    await world.drain();
    expect(await timeline.merge(merge)).toBe(true);
    expect(await heldBy(reader)).toEqual([pushed.id, wanted.id, kept.id]);
    expect(await reader.wholeHome(1)).toEqual([pushed.id, wanted.id, kept.id]);
  });

  test("refuses the merge of a rebuild that another life of it began", async () => {
    const world = await newWorld();
    const reader = await world.register("reader");
    const timeline = timelineOf(reader);
    const home = await timeline.read({ before: "9".repeat(19), since: "0".repeat(19), count: 1 });
    await evictDurableObject(timeline);
    const merge = { entries: [], follows: new Map(), floor: "0".repeat(19), seenAt: world.now(), basedOn: home.base };
    expect(await timeline.merge(merge)).toBe(false);
    expect(await heldBy(reader)).toBeNull();
  });
});

test("a timeline that was evicted from memory answers as before", async () => {
  const world = await newWorld();
  const [author, reader] = await world.registerAll("author", "reader");
  await reader.follows(author);
  await world.drain();
  await reader.home();
  const tweets: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    tweets.unshift((await author.posts(`number ${index}`)).id);
    await world.drain();
    await evictDurableObject(timelineOf(reader));
  }
  expect(await heldBy(reader)).toEqual(tweets);
  expect(await reader.wholeHome(2)).toEqual(tweets);
});
