import { describe, expect, test, vi } from "vitest";
import { rowsAt } from "../support/planting.ts";
import { DAY, gainFollowers, heldBy, SMALL_TIERS } from "../support/timelines.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

// Many steps, or waits that a feed object makes of its own: a busy machine needs longer than the default.
vi.setConfig({ testTimeout: 120_000 });

const HOUR = 3_600;

async function tierOf(world: World, tweet: { id: string }): Promise<unknown> {
  const [row] = await rowsAt(world, tweet.id, "SELECT tier FROM tweets WHERE id = ?", tweet.id);
  return row?.["tier"];
}

/** An author with `followers` followers, the readers given among them, each of whom has a warm timeline. */
async function authorOf(world: World, followers: number, ...readers: readonly Person[]): Promise<Person> {
  const author = await world.register("author");
  for (const reader of readers) {
    await reader.follows(author);
    await reader.home();
  }
  await gainFollowers(world, author, followers - readers.length);
  await world.drain();
  return author;
}

describe("an author of the active tier", () => {
  test("is pushed to who was here within 24 hours, and skips who was not, who catches up on return", async () => {
    const world = await newWorld({ vars: SMALL_TIERS });
    const [away, here] = await world.registerAll("away", "here");
    const author = await authorOf(world, 3, away, here);
    const first = await author.posts("both are here");
    await world.drain();
    world.advance(3 * DAY);
    await here.home();
    const second = await author.posts("one is away");
    await world.drain();
    expect(await tierOf(world, second)).toBe("active");
    expect(await heldBy(here)).toEqual([second.id, first.id]);
    expect(await heldBy(away), "skipped").toEqual([first.id]);
    expect((await away.home()).ids).toEqual([second.id, first.id]);
    expect(await heldBy(away), "and merged for good").toEqual([second.id, first.id]);
  });

  test("never loses a tweet of any hour of an absence, whatever its length", async () => {
    const world = await newWorld({ vars: { ...SMALL_TIERS, FANOUT_PULL_MIN: "1000" } });
    const readers = await world.registerAll("hour", "day", "days", "weeks");
    const author = await authorOf(world, 3, ...readers.slice(0, 3));
    await readers[3].follows(author);
    await readers[3].home();
    await world.drain();
    const posted: string[] = [];
    for (const hours of [0.5, 0.6, 22, 0.95, 0.1, 24, 24.5, 100, 200]) {
      world.advance(hours * HOUR);
      posted.unshift((await author.posts(`after ${hours}`)).id);
      await world.drain();
      if (posted.length % 2 === 0) expect((await readers[0].home()).ids).toEqual(posted);
      if (posted.length % 3 === 0) expect((await readers[1].home()).ids).toEqual(posted);
      if (posted.length === 7) expect((await readers[2].home()).ids).toEqual(posted);
    }
    for (const reader of readers) expect((await reader.home()).ids).toEqual(posted);
  });
});

describe("an author of the low tier", () => {
  test("is pushed to who was away for 10 days, and skips who was for 20, who catches up on return", async () => {
    const world = await newWorld({ vars: SMALL_TIERS });
    const reader = await world.register("reader");
    const author = await authorOf(world, 1, reader);
    world.advance(10 * DAY);
    const tenth = await author.posts("ten days");
    await world.drain();
    expect(await tierOf(world, tenth)).toBe("push");
    expect(await heldBy(reader)).toEqual([tenth.id]);
    world.advance(10 * DAY);
    const twentieth = await author.posts("twenty days");
    await world.drain();
    expect(await heldBy(reader), "skipped").toEqual([tenth.id]);
    expect((await reader.home()).ids).toEqual([twentieth.id, tenth.id]);
  });

  test("comes whole to a reader who returns after a deletion that was never told to the timeline", async () => {
    const world = await newWorld({ vars: SMALL_TIERS });
    const reader = await world.register("reader");
    const author = await authorOf(world, 1, reader);
    const [kept, gone] = [await author.posts("kept"), await author.posts("gone")];
    await world.drain();
    await reader.home();
    world.advance(20 * DAY);
    await author.deletes(gone);
    await world.drain();
    expect((await reader.home()).ids).toEqual([kept.id]);
    expect(await reader.wholeHome(1)).toEqual([kept.id]);
  });
});

describe("a reader who returns in the middle of a fan-out", () => {
  // The reader's turn comes with one of eight pages: every moment of the return is tried.
  test.each([0, 1, 2, 3, 4, 5, 6, 8, 12])("is pushed to or catches up, after %i batches of it", async (batches) => {
    const world = await newWorld({ vars: { ...SMALL_TIERS, FANOUT_PAGE_SIZE: "1", FANOUT_PULL_MIN: "1000" } });
    const reader = await world.register("reader");
    const author = await authorOf(world, 8, reader);
    world.advance(3 * DAY);
    const tweet = await author.posts("on its way");
    await world.drain({ batches });
    expect((await reader.home()).ids).toEqual([tweet.id]);
    await world.drain();
    expect(await reader.wholeHome(1)).toEqual([tweet.id]);
    expect(await heldBy(reader)).toEqual([tweet.id]);
  });

  test("misses nothing though the visit is stored and the timeline never learns of it", async () => {
    const world = await newWorld({ vars: SMALL_TIERS });
    const reader = await world.register("reader");
    const author = await authorOf(world, 3, reader);
    world.advance(3 * DAY);
    const tweet = await author.posts("while away");
    await world.drain();
    world.faults.timelineObject("error", { only: /merge/, times: 1 });
    const page = await reader.home();
    expect(page.meta.degraded, "the merge failed").toEqual(["timeline"]);
    expect((await reader.home()).ids).toEqual([tweet.id]);
    expect((await reader.home()).meta.degraded).toBeUndefined();
  });
});

test("an author changes tier with their followers, and comes down only a fifth below the threshold", async () => {
  const world = await newWorld({ vars: { FANOUT_ACTIVE_ONLY_MIN: "5", FANOUT_PULL_MIN: "10" } });
  const author = await world.register("author");
  const fans = await Promise.all(Array.from({ length: 10 }, () => world.register("fan")));
  const tiers: unknown[] = [];
  const post = async () => {
    await world.drain();
    tiers.push(await tierOf(world, await author.posts("which?")));
  };
  await post();
  for (const fan of fans.slice(0, 5)) await fan.follows(author);
  await post(); // 5: up
  await fans[0]?.unfollows(author);
  await post(); // 4 is 0.8 of 5: stays
  await fans[1]?.unfollows(author);
  await post(); // 3: down
  for (const fan of fans) await fan.follows(author);
  await post(); // 10: up to pull, pushed as well
  for (const fan of fans.slice(0, 2)) await fan.unfollows(author);
  await post(); // 8 is 0.8 of 10: stays
  for (const fan of fans.slice(2, 3)) await fan.unfollows(author);
  await post(); // 7: down
  expect(tiers).toEqual(["push", "active", "active", "push", "both", "both", "active"]);
});
