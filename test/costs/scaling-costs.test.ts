import { describe, expect, test } from "vitest";
import { plantFollows, plantTweets, plantUsers, signIn, type Planted } from "../support/planting.ts";
import type { Person, World } from "../support/world.ts";
import { coolObjects, countedWorld, marginal, OPERATIONS_A_MESSAGE, usageOf } from "./operations.ts";
import type { Usage } from "./usage.ts";

/**
 * What one more follower, page, author or tweet adds to an operation: the slopes that the capacity model
 * (`npm run capacity`) goes from a small world to a large one by. What is asserted is that they are slopes.
 */
declare module "vitest" {
  interface TaskMeta {
    usages?: Usage[];
  }
}

const DAY = 86_400;
const FEW = 20;
const MANY = 120;

/** Cold counts of `work` at two sizes, and the slope between them. */
async function slope(name: string, [few, many]: readonly [number, number], work: (size: number) => Promise<Usage>) {
  const [less, more] = [await work(few), await work(many)];
  return marginal(name, more, less, many - few);
}

/** Somebody who follows `authors` people with so many tweets each, the newest of them an hour old. */
async function readerOf(world: World, authors: number, tweetsEach: number): Promise<Person> {
  const reader = await world.register("reader");
  const followed: Planted[] = await plantUsers(world, authors);
  await plantFollows(world, [reader], followed);
  const from = world.now() - (tweetsEach + 1) * 3_600_000;
  for (const [index, author] of followed.entries()) {
    await plantTweets(world, author, { count: tweetsEach, from: from + index, every: 3_600_000 });
  }
  return reader;
}

describe("what one more adds", () => {
  test("to a fan-out: a page, a follower passed over", async ({ task }) => {
    const world = await countedWorld({ FANOUT_PAGE_SIZE: "10" });
    const post = async (followers: number, seenDaysAgo: number) => {
      const author = await world.register("author");
      await author.home();
      await plantFollows(world, await plantUsers(world, followers, seenDaysAgo), [author]);
      await author.posts("the first one makes the author's row");
      await world.drain();
      return usageOf(world, "post", () => author.posts("the flock turns"));
    };
    // Those followers are all away: nothing is delivered, so what is left are the pages and the looks at followers.
    const [none, narrow, broad] = [await post(0, 99), await post(40, 99), await post(140, 99)];
    const pagesOf = (usage: Usage) => (usage.queueOperations - none.queueOperations) / OPERATIONS_A_MESSAGE;
    const wide = await countedWorld({ FANOUT_PAGE_SIZE: "1000" });
    const inOnePage = async (followers: number) => {
      const author = await wide.register("author");
      await author.home();
      await gainFollowersAway(wide, author, followers);
      await author.posts("the first one makes the author's row");
      await wide.drain();
      return usageOf(wide, "post", () => author.posts("the flock turns"));
    };
    const away = await slope("one follower passed over by a fan-out", [FEW, MANY], inOnePage);
    const more = plus(broad, away, -100);
    const page = marginal("one fan-out page, beyond its followers", more, narrow, pagesOf(broad) - pagesOf(narrow));
    const split = plus(plus(narrow, page, -pagesOf(narrow)), away, -40);
    const name = "a fan-out split into pages of 10, beyond its pages";
    task.meta.usages = [page, away, marginal(name, split, none, 1)];
    expect(page.queueOperations).toBe(3);
    expect(page.d1RowsWritten).toBeLessThanOrEqual(2);
    expect(page.d1RowsRead, "a page reads nothing of the pages before it").toBeLessThanOrEqual(4);
    expect(away.objectCalls).toBe(0);
  });

  test("to a fan-out: a reader who is not here any more, yet still pushed to", async ({ task }) => {
    const world = await countedWorld();
    const coldPost = async (readers: number) => {
      const author = await authorOf(readers);
      await coolObjects();
      return usageOf(world, "post", () => author.posts("the flock turns"));
    };
    const authorOf = async (readers: number) => {
      const author = await world.register("author");
      const planted = await plantUsers(world, readers);
      await plantFollows(world, planted, [author]);
      for (const reader of planted) await (await signIn(world, reader)).home({ max_results: 1 });
      await author.home();
      await author.posts("the first one makes the author's row");
      await world.drain();
      return author;
    };
    const restingPost = (cold: boolean) => async (readers: number) => {
      const author = await authorOf(readers);
      world.advance(DAY / 2);
      // What a timeline writes once, when it first hears of its reader's absence, is not what each delivery costs.
      await author.posts("nobody is here");
      await world.drain();
      if (cold) await coolObjects();
      return usageOf(world, "post", () => author.posts("still nobody"));
    };
    const sizes = [FEW / 2, FEW] as const;
    const name = "one fan-out delivery to a reader who left 12 hours ago";
    const delivery = await slope(name, sizes, restingPost(false));
    task.meta.usages = [
      delivery,
      await slope(`${name}, object cold`, sizes, restingPost(true)),
      await slope("one fan-out delivery, object cold", sizes, coldPost),
    ];
    expect(delivery.objectCalls).toBe(1);
    expect(delivery.objectRowsWritten).toBeLessThanOrEqual(1.1);
  });

  test("to a rebuild and to a return: an author followed, a tweet found", async ({ task }) => {
    const world = await countedWorld();
    /** What `before` adds to a page of home that is read right behind it, with as much forgotten by the isolate. */
    const beyondPage = async (name: string, reader: Person) => {
      const read = () => usageOf(world, name, () => reader.home({ max_results: 1 }));
      const first = await read();
      world.advance(120);
      return marginal(name, first, await read(), 1);
    };
    const rebuild = async (authors: number, tweets: number) =>
      beyondPage(`rebuild, ${FEW} authors with 4 tweets`, await readerOf(world, authors, tweets));
    const rebuilt = await rebuild(FEW, 4);
    const author = marginal("rebuild, one more author with 4 tweets", await rebuild(MANY, 4), rebuilt, MANY - FEW);
    const tweet = marginal("rebuild, one more tweet", await rebuild(FEW, 14), rebuilt, FEW * 10);
    const comeBack = async (name: string, authors: number, days: number) => {
      const reader = await readerOf(world, authors, 1);
      await reader.home({ max_results: 1 });
      await world.drain();
      world.advance(days * DAY);
      return beyondPage(name, reader);
    };
    const visit = await comeBack("a visit that is written", FEW, 0.25);
    const back = await comeBack(`return after 2 days, ${FEW} authors without news`, FEW, 2);
    const more = await comeBack("return", MANY, 2);
    const followed = marginal("return after 2 days, one more author", more, back, MANY - FEW);
    const lose = async (authors: number) => {
      const reader = await readerOf(world, authors, 1);
      const poster = await world.register("poster");
      await plantFollows(world, [reader], [poster]);
      await reader.home({ max_results: 1 });
      world.advance(DAY / 2);
      await poster.posts("what rests is lost with its memory");
      await world.drain();
      await coolObjects();
      return beyondPage(`return, what rested was lost, ${FEW} authors`, reader);
    };
    const lost = await lose(FEW);
    const lostAuthor = marginal("return, what rested was lost, one more author", await lose(MANY), lost, MANY - FEW);
    task.meta.usages = [rebuilt, author, tweet, visit, back, followed, lost, lostAuthor];
    expect(lost.d1RowsWritten).toBe(1);
    expect(visit.d1RowsWritten).toBe(1);
    expect(followed.d1RowsWritten).toBe(0);
    expect(author.d1RowsRead).toBeGreaterThan(0);
  });

  test("to a page of home: a tweet that the isolate does not remember", async ({ task }) => {
    const world = await countedWorld();
    const [stocked, fresh] = world.isolates;
    if (stocked === undefined || fresh === undefined) throw new Error("two isolates are needed");
    const reader = await readerOf(world, FEW, 4);
    await reader.home({ max_results: 50 });
    const size = async (count: number) => {
      // Another isolate forgets what it remembers of a shard whose log it has not read for so long.
      world.advance(DAY / 100);
      return usageOf(world, "page", () => reader.at(fresh).home({ max_results: count }));
    };
    const tweet = await slope("home, one more tweet hydrated from D1", [5, 45], size);
    task.meta.usages = [tweet];
    expect(tweet.d1RowsRead).toBeGreaterThan(1);
    expect(tweet.d1RowsWritten).toBe(0);
  });
});

/** Every count of `usage` with `factor` times that of `other` added. */
const plus = (usage: Usage, other: Usage, factor: number): Usage => ({
  ...usage,
  ...Object.fromEntries(
    Object.entries(usage).flatMap(([name, value]) => {
      const added: unknown = other[name as keyof Usage];
      return typeof value === "number" && typeof added === "number" ? [[name, value + factor * added]] : [];
    }),
  ),
});

/** Followers who were last here long ago. */
async function gainFollowersAway(world: World, author: Person, count: number): Promise<void> {
  await plantFollows(world, await plantUsers(world, count, 99), [author]);
}
