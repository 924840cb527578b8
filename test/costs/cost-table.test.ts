import { describe, expect, test } from "vitest";
import { gainFollowers, becomePullAuthor, SMALL_TIERS } from "../support/timelines.ts";
import { plantFollows, plantTweets, plantUsers, signIn } from "../support/planting.ts";
import type { Person, World } from "../support/world.ts";
import { coolObjects, countedWorld, marginal, usageOf } from "./operations.ts";
import type { Usage } from "./usage.ts";

/**
 * The bill of every operation, for the price table that `npm run bench` prints: it runs these tests and reads what they
 * leave in their task's `meta`. What is asserted here are the orders of magnitude that the design promises.
 */
declare module "vitest" {
  interface TaskMeta {
    usages?: Usage[];
  }
}

const FEW = 10;
const MANY = 110;

/** Someone with `count` followers who read their home, so that every push finds a timeline. */
async function authorWithReaders(world: World, count: number): Promise<Person> {
  const author = await world.register("author");
  const readers = await plantUsers(world, count);
  await plantFollows(world, readers, [author]);
  for (const reader of readers) await (await signIn(world, reader)).home();
  await author.home();
  await author.posts("the first one makes the author's row");
  await world.drain();
  return author;
}

describe("what an operation costs until its last effect is committed", () => {
  test("accounts", async ({ task }) => {
    const world = await countedWorld();
    const usages: Usage[] = [];
    const measure = async (operation: string, work: () => Promise<unknown>) =>
      usages.push(await usageOf(world, operation, work));
    await measure("register", () => world.register("new"));
    const person = await world.register("old");
    const { username, password } = person;
    await measure("log in", () => person.asks("/2/auth/login", { json: { username, password } }));
    await measure("refresh", () => person.asks("/2/auth/refresh", { json: { refresh_token: person.refreshToken } }));
    task.meta.usages = usages;
    expect(usages.every((usage) => usage.d1RowsWritten <= 5)).toBe(true);
  });

  test("posts and deletions, by tier", async ({ task }) => {
    const world = await countedWorld();
    const few = await authorWithReaders(world, FEW);
    const many = await authorWithReaders(world, MANY);
    const post = await usageOf(world, `post, push tier, ${FEW} followers`, () => few.posts("the flock turns"));
    const wide = await usageOf(world, `post, push tier, ${MANY} followers`, () => many.posts("the flock turns"));
    const delivery = marginal("one fan-out delivery", wide, post, MANY - FEW);
    const tweet = await few.posts("never mind");
    const deletion = await usageOf(world, `delete, ${FEW} followers`, () => few.deletes(tweet));
    const active = await countedWorld({ FANOUT_ACTIVE_ONLY_MIN: String(FEW) });
    const known = await authorWithReaders(active, FEW / 2);
    await gainFollowers(active, known, FEW);
    const middle = await usageOf(active, `post, middle tier, ${FEW / 2} of ${FEW * 1.5} followers warm`, () =>
      known.posts("spring tide"),
    );
    const pulling = await countedWorld(SMALL_TIERS);
    const star = await pulling.register("star");
    await star.home();
    await becomePullAuthor(pulling, star);
    await star.posts("this one settles the list");
    await pulling.drain();
    const pulled = await usageOf(pulling, "post, pull tier, any number of followers", () => star.posts("neap tide"));
    task.meta.usages = [post, middle, pulled, delivery, deletion];
    expect(delivery.objectRowsWritten).toBeLessThanOrEqual(1.1);
    expect(delivery.objectCalls).toBe(1);
    expect(delivery.d1RowsWritten).toBe(0);
    expect(pulled.kvWrites).toBe(1);
  });

  test("follows", async ({ task }) => {
    const world = await countedWorld();
    const [author, reader] = await world.registerAll("author", "reader");
    for (let index = 0; index < 30; index += 1) await author.posts(`low tide ${index}`);
    await reader.home();
    const follow = await usageOf(world, "follow, 30 tweets merged", () => reader.follows(author));
    const unfollow = await usageOf(world, "unfollow", () => reader.unfollows(author));
    task.meta.usages = [follow, unfollow];
    expect(follow.d1RowsWritten).toBe(unfollow.d1RowsWritten);
  });

  test("home timelines", async ({ task }) => {
    const world = await countedWorld();
    const [warm, fresh] = world.isolates;
    if (warm === undefined || fresh === undefined) throw new Error("two isolates are needed");
    const reader = await world.register("reader");
    const authors = await Promise.all([0, 1].map((shard) => world.register("author", { shard })));
    for (const author of authors)
      await plantTweets(world, author, { count: 600, from: world.now() - 700_000, every: 1000 });
    await plantFollows(world, [reader], authors);
    const first = { max_results: 20 };
    const usages = [await usageOf(world, "home, rebuilt from the store: 2 authors, 800 ids", () => reader.home(first))];
    const measure = async (operation: string, work: () => Promise<unknown>) =>
      usages.push(await usageOf(world, operation, work));
    await measure("home, all warm", () => reader.home(first));
    await coolObjects();
    await measure("home, object cold", () => reader.home(first));
    await measure("home, isolate cold", () => reader.at(fresh).home(first));
    const deepest = (await reader.wholeHome()).at(-1) ?? "";
    expect(deepest).not.toBe("");
    await measure("home, deep page below the 800 kept", () =>
      reader.home({ ...first, until_id: (BigInt(deepest) + (50n << 32n)).toString() }),
    );
    world.advance(2 * 86_400);
    await measure("home, after two days away", () => reader.home(first));
    const [, , cold] = usages;
    task.meta.usages = usages;
    expect(cold?.objectRowsRead, "a cold first page").toBeLessThanOrEqual(3);
    expect(usages[1]).toMatchObject({ d1Statements: 0, kvReads: 0, objectCalls: 1, objectRowsRead: 0 });
  });

  test("other reads, and the sweep", async ({ task }) => {
    const world = await countedWorld();
    const author = await world.register("author");
    const tweets = [];
    for (let index = 0; index < 25; index += 1) tweets.push(await author.posts(`spring tide ${index}`));
    const [tweet] = tweets;
    if (tweet === undefined) throw new Error("nothing was posted");
    await world.drain();
    const reader = (await world.register("reader")).at(world.isolates[1] ?? world.isolate);
    const usages: Usage[] = [];
    const measure = async (operation: string, work: () => Promise<unknown>) =>
      usages.push(await usageOf(world, operation, work));
    await measure("a user's tweets, isolate cold", () => reader.tweetsOf(author, { max_results: 20 }));
    await measure("a user's tweets, warm", () => reader.tweetsOf(author, { max_results: 20 }));
    const another = world.isolate;
    await measure("look up a tweet", () => reader.at(another).asks(`/2/tweets/${tweet.id}`));
    await measure("look up a user", () => reader.asks(`/2/users/${author.id}`));
    await measure("sweep, nothing due", () => world.sweep());
    world.faults.queueSend("drop");
    await author.posts("nobody hears of this one");
    world.faults.queueSend(null);
    world.advance(120);
    await measure("sweep, one event sent again and done", () => world.sweep());
    task.meta.usages = usages;
    expect(
      usages.every((usage) => usage.d1RowsRead < 200),
      "no read grows with what is stored",
    ).toBe(true);
  });
});
