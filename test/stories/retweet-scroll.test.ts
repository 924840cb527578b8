import { beforeEach, describe, expect, test, vi } from "vitest";
import { plantRetweets, plantTweets } from "../support/planting.ts";
import { becomePullAuthor, gainFollowers, SMALL_TIERS } from "../support/timelines.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

vi.setConfig({ testTimeout: 120_000 });

/** TIMELINE_ENTRIES_MAX of the project. */
const KEPT = 800;
const EACH = 500;
const FEED_SECONDS = 30;

let world: World;
let reader: Person;
/** Followed, as ann and ben are; the stranger is not. */
let friend: Person;
let stranger: Person;
let ann: Person;
let ben: Person;

/** Somebody's line, and the tweet it brings. */
interface Line {
  readonly id: string;
  readonly tweetId: string;
  readonly by: Person;
}
let lines: Line[];

const newestFirst = (a: string, b: string): number => (BigInt(a) < BigInt(b) ? 1 : -1);

/** What home must be, said plainly: of what those followed wrote and retweeted, each tweet at its newest line. */
function homeOf(followed: readonly Person[]): string[] {
  const shown = new Map<string, string>();
  const sorted = lines.filter((line) => followed.includes(line.by)).sort((a, b) => newestFirst(a.id, b.id));
  for (const { id, tweetId } of sorted) if (!shown.has(tweetId)) shown.set(tweetId, id);
  return [...shown.values()];
}

/** Compares without printing a thousand ids. */
function expectSame(found: readonly string[], wanted: readonly string[], what = ""): void {
  const at = wanted.findIndex((id, index) => found[index] !== id);
  expect({ what, length: found.length, differsAt: at }).toEqual({ what, length: wanted.length, differsAt: -1 });
}

async function meet(vars: Readonly<Record<string, string>>): Promise<void> {
  world = await newWorld({ vars: { ACCESS_TOKEN_SECONDS: "100000000", ...vars } });
  reader = await world.register("reader", { shard: 0 });
  friend = await world.register("friend", { shard: 1 });
  stranger = await world.register("stranger", { shard: 0 });
  ann = await world.register("ann", { shard: 1 });
  ben = await world.register("ben", { shard: 0 });
  lines = [];
  await reader.follows(friend, ann, ben);
  await world.drain();
}

const SOON = 20_000;
const LATE = 150_000;

/** Half an hour of tweets by two authors, retweeted by ann soon and by ben late or turned round, some by both, some by nobody. */
async function plant(benTier: "push" | "pull", [anns, bens] = [SOON, LATE]): Promise<void> {
  const from = world.now() - EACH * 3_000 - 2 * LATE;
  const retweets = async (by: Person, every: number, late: number, tier: "push" | "pull") => {
    const chosen = tweets.filter((_one, index) => index % every === 0);
    const pace = { from: from + late, every: 1_500 * every, tier };
    const ids = await plantRetweets(
      world,
      by,
      chosen.map(({ id, by: author }) => ({ id, authorId: author.id })),
      pace,
    );
    lines.push(...chosen.map(({ id }, index) => ({ id: ids[index] ?? "", tweetId: id, by })));
  };
  const tweets: { id: string; by: Person }[] = [];
  for (const [by, offset] of [
    [friend, 0],
    [stranger, 1_500],
  ] as const) {
    const ids = await plantTweets(world, by, { count: EACH, from: from + offset, every: 3_000 });
    tweets.push(...ids.toReversed().map((id) => ({ id, by })));
  }
  lines.push(...tweets.map(({ id, by }) => ({ id, tweetId: id, by })));
  tweets.sort((a, b) => -newestFirst(a.id, b.id));
  await retweets(ann, 2, anns, "push");
  await retweets(ben, 3, bens, benTier);
}

describe("scrolling past what a timeline keeps, among retweets", () => {
  beforeEach(async () => {
    await meet({});
    await plant("push");
  });

  test("shows every tweet once, at its newest line, in pages of any size, and ends", async () => {
    const wanted = homeOf([friend, ann, ben]);
    expect(lines.length, "it goes far below the floor").toBeGreaterThan(KEPT * 1.5);
    for (const size of [100, 37]) expectSame(await reader.wholeHome(size), wanted, `pages of ${size}`);
  });

  test("keeps to it when a retweeter or the author is unfollowed and followed again", async () => {
    await reader.home();
    await reader.unfollows(ben);
    await world.drain();
    expectSame(await reader.wholeHome(100), homeOf([friend, ann]), "without ben");
    await reader.unfollows(friend);
    await world.drain();
    expectSame(await reader.wholeHome(41), homeOf([ann]), "without ben and the author");
    await reader.follows(ben);
    await world.drain();
    expectSame(await reader.wholeHome(100), homeOf([ann, ben]), "with ben again");
  });

  test("keeps to it on both sides of the seam where retweets were undone and tweets deleted", async () => {
    await reader.home();
    const undone = lines.filter((line) => line.by === ben && line.id !== line.tweetId).slice(60, 120);
    for (const { tweetId } of undone) await ben.undoesRetweet({ id: tweetId });
    const gone = lines.filter((line) => line.by === stranger).filter((_line, index) => index % 9 === 0);
    for (const { id } of gone) await stranger.deletes({ id });
    await world.drain();
    world.advance(6);
    const deleted = new Set(gone.map(({ id }) => id));
    lines = lines.filter((line) => !undone.includes(line) && !deleted.has(line.tweetId));
    for (const size of [100, 37]) expectSame(await reader.wholeHome(size), homeOf([friend, ann, ben]), `${size}`);
  });

  test("leaves them out where that is asked for, and nothing else", async () => {
    const path = `/2/users/${reader.id}/timelines/reverse_chronological`;
    const own = lines.filter((line) => line.by === friend).map(({ id }) => id);
    expectSame(await reader.wholeList(path, 100, { exclude: "retweets" }), own.sort(newestFirst));
  });
});

test("a retweet that its tweet's shard has not heard of yet keeps the tweet from showing again below what the timeline keeps", async () => {
  await meet({});
  const ids = await plantTweets(world, friend, { count: KEPT + 50, from: world.now() - 3_000_000, every: 3_000 });
  const [newer, oldest] = [ids.slice(0, -1), ids.at(-1) ?? ""];
  const retweet = await ann.retweets({ id: oldest });
  for (const size of [100, 37]) expectSame(await reader.wholeHome(size), [retweet.id, ...newer], "not heard of");
  const path = `/2/users/${reader.id}/timelines/reverse_chronological`;
  expectSame(await reader.wholeList(path, 100, { exclude: "retweets" }), ids, "without retweets");
  await ann.undoesRetweet({ id: oldest });
  expectSame(await reader.wholeHome(100), ids, "undone, which nobody heard of either");
  await world.drain();
  expectSame(await reader.wholeHome(100), ids, "undone");
});

describe("a pull author's retweets", () => {
  /** As above; ben is pulled, from before anything was said. */
  async function pullStory(when = [SOON, LATE] as [number, number]): Promise<{ up: string; last: string }> {
    await meet(SMALL_TIERS);
    await reader.home();
    const up = await becomePullAuthor(world, ben);
    world.advance(EACH * 3 + 600);
    await reader.home();
    await plant("pull", when);
    // Those who are pushed were: their lines are in the timeline, as far as it keeps them.
    for (const one of [friend, ann]) {
      await reader.unfollows(one);
      await world.drain();
      await reader.follows(one);
      await world.drain();
    }
    const last = await ben.posts("newest");
    await world.drain();
    world.advance(FEED_SECONDS);
    return { up, last: last.id };
  }

  test.each([
    { first: "pushed", when: [SOON, LATE] },
    { first: "pulled", when: [LATE, SOON] },
  ] as const)(
    "mix with what was pushed, $first first: each tweet once, in the feed's part and below",
    async ({ when }) => {
      const { up, last } = await pullStory([...when]);
      const wanted = [last, ...homeOf([friend, ann, ben]), up];
      for (const size of [100, 37, 11]) expectSame(await reader.wholeHome(size), wanted, `pages of ${size}`);
    },
  );

  test("leave with an unfollow, and what others brought stays at their line", async () => {
    const { up, last } = await pullStory();
    await reader.unfollows(ben);
    await world.drain();
    expectSame(await reader.wholeHome(37), homeOf([friend, ann]));
    await reader.follows(ben);
    await world.drain();
    expectSame(await reader.wholeHome(37), [last, ...homeOf([friend, ann, ben]), up]);
  });
});

test("a pull author's retweet shows as a pushed one does: once, with all retweeters, until it is undone", async () => {
  await meet(SMALL_TIERS);
  await reader.home();
  const up = await becomePullAuthor(world, ben);
  const [tweet, other] = [await stranger.posts("from afar"), await stranger.posts("another")];
  const byAnn = await ann.retweets(tweet);
  const between = await friend.posts("between");
  const [byBen, alone] = [await ben.retweets(tweet), await ben.retweets(other)];
  await world.drain();
  world.advance(FEED_SECONDS);
  const found = async () =>
    (await reader.home()).tweets.map((shown) => [shown.id, shown["retweeted_by"] ?? []] as const);
  expect(await found()).toEqual([
    [alone.id, [ben.id]],
    [byBen.id, [ben.id, ann.id]],
    [between.id, []],
    [up, []],
  ]);
  for (const size of [1, 2]) expect(await reader.wholeHome(size)).toEqual([alone.id, byBen.id, between.id, up]);
  await ben.undoesRetweet(tweet);
  await ben.undoesRetweet(other);
  await world.drain();
  world.advance(FEED_SECONDS);
  expect(await found()).toEqual([
    [between.id, []],
    [byAnn.id, [ann.id]],
    [up, []],
  ]);
  for (const size of [1, 2]) expect(await reader.wholeHome(size)).toEqual([between.id, byAnn.id, up]);
});

test("what two pull authors and a pushed one retweet shows once, at the newest of all", async () => {
  await meet(SMALL_TIERS);
  await reader.home();
  const ups = [await becomePullAuthor(world, ben)];
  await gainFollowers(world, ann, 4);
  ups.unshift((await ann.posts("up")).id);
  await world.drain();
  world.advance(601);
  const tweet = await friend.posts("by a friend");
  const byAnn = await ann.retweets(tweet);
  const byBen = await ben.retweets(tweet);
  await world.drain();
  world.advance(FEED_SECONDS + 60);
  for (const size of [1, 2, 100]) expect(await reader.wholeHome(size)).toEqual([byBen.id, ...ups]);
  expect((await reader.home()).tweets[0]).toMatchObject({ retweeted_by: [ben.id, ann.id] });
  await ben.undoesRetweet(tweet);
  await world.drain();
  world.advance(FEED_SECONDS);
  for (const size of [1, 2, 100]) expect(await reader.wholeHome(size)).toEqual([byAnn.id, ...ups]);
});
