import { describe, expect, test, vi } from "vitest";
import { plantTweets, rowsAt } from "../support/planting.ts";
import { becomePullAuthor, DAY, gainFollowers, heldBy, SMALL_TIERS } from "../support/timelines.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

// Many steps, or waits that a feed object makes of its own: a busy machine needs longer than the default.
vi.setConfig({ testTimeout: 120_000 });

const LIST_SECONDS = 60;
const FEED_SECONDS = 30;
const KV_STALE_SECONDS = 60;

async function pullStory(
  options: { isolates?: number } = {},
): Promise<{ world: World; star: Person; reader: Person; up: string }> {
  const world = await newWorld({ vars: SMALL_TIERS, ...options });
  const [star, reader] = await world.registerAll("star", "reader");
  await reader.follows(star);
  await world.drain();
  await reader.home();
  const up = await becomePullAuthor(world, star);
  return { world, star, reader, up };
}

async function tiersOf(world: World, author: Person): Promise<unknown[]> {
  const rows = await rowsAt(world, author.id, "SELECT tier FROM tweets WHERE author_id = ? ORDER BY id", author.id);
  return rows.map((row) => row["tier"]);
}

const standingOf = async (world: World, author: Person) =>
  (
    await rowsAt(world, author.id, "SELECT pull_listed, newest_pull_only_id FROM authors WHERE user_id = ?", author.id)
  )[0];

describe("an author who crosses up into the pull tier", () => {
  test("is pushed and pulled for PULL_OVERLAP_SECONDS, and nobody misses or repeats a tweet, however stale KV is", async () => {
    const world = await newWorld({ vars: SMALL_TIERS });
    const [star, reader] = await world.registerAll("star", "reader");
    await reader.follows(star);
    await world.drain();
    await reader.home();
    await gainFollowers(world, star, 4);
    world.faults.kvStale(KV_STALE_SECONDS);
    const posted: string[] = [];
    for (const seconds of [0, 30, 100, 200, 250, 100, 100]) {
      world.advance(seconds);
      posted.unshift((await star.posts(`later by ${seconds}`)).id);
      await world.drain();
      const tier = (await tiersOf(world, star)).at(-1);
      if (tier === "both") expect(await reader.wholeHome(2), "pushed at once").toEqual(posted);
      expect((await heldBy(reader))?.length).toBe(Math.min(posted.length, 5));
    }
    expect(await tiersOf(world, star)).toEqual(["both", "both", "both", "both", "both", "pull", "pull"]);
    world.advance(KV_STALE_SECONDS + FEED_SECONDS);
    expect(await reader.wholeHome(2)).toEqual(posted);
  });
});

describe("a pull author", () => {
  test("who retweets the reader does not keep the reader's tweet in the reader's own home once it is deleted there", async () => {
    const { world, star, reader, up } = await pullStory({ isolates: 2 });
    const [here, there] = world.isolates;
    if (here === undefined || there === undefined) throw new Error("two isolates were asked for");
    await reader.home();
    const own = await reader.posts("mine to delete");
    const retweet = await star.retweets(own);
    await world.drain();
    world.advance(FEED_SECONDS + KV_STALE_SECONDS);
    expect((await reader.at(here).home()).ids).toEqual([retweet.id, up]);
    await reader.at(there).deletes(own);
    expect((await reader.at(here).home()).ids, "at once, with the feed as it was").toEqual([up]);
  });

  test("is pushed to nobody but their own home, and shows in the readers' from one KV feed, without the store", async () => {
    const { world, star, reader, up } = await pullStory();
    world.meter.reset();
    const tweet = await star.posts("pulled");
    expect((await star.home()).ids, "read your writes").toEqual([tweet.id, up]);
    await world.drain();
    expect(world.meter.objectCalls("HomeTimeline.push"), "own push, then page 0").toBe(2);
    expect(await heldBy(reader)).toEqual([up]);

    expect((await reader.home()).ids).toEqual([tweet.id, up]);
    world.advance(FEED_SECONDS + LIST_SECONDS);
    world.meter.reset();
    expect((await reader.home()).ids).toEqual([tweet.id, up]);
    expect(world.meter.kv.keysRead, "the list and one feed").toBe(2);
    expect(world.meter.objectCalls()).toBe(1);
    world.meter.reset();
    expect((await reader.home()).ids).toEqual([tweet.id, up]);
    expect({ ...world.meter.kv, d1: world.meter.d1.statements, objects: world.meter.objectCalls() }).toMatchObject({
      keysRead: 0,
      d1: 0,
      objects: 1,
    });
  });

  test("reaches the other end of the world within 60 s and FEED_CACHE_SECONDS, a deletion within the visibility bound", async () => {
    const { world, star, reader, up } = await pullStory({ isolates: 2 });
    const [, elsewhere] = world.isolates;
    if (elsewhere === undefined) throw new Error("two isolates were asked for");
    const far = reader.at(elsewhere);
    world.faults.kvStale(KV_STALE_SECONDS);
    expect((await far.home()).ids).toEqual([up]);
    const tweet = await star.posts("far away");
    await world.drain();
    world.advance(KV_STALE_SECONDS + FEED_SECONDS);
    const seen = await far.home();
    expect(seen.ids).toEqual([tweet.id, up]);
    await star.deletes(tweet);
    world.advance(5);
    expect((await far.home()).ids, "though the feed still names it").toEqual([up]);
    await world.drain();
    world.advance(KV_STALE_SECONDS + FEED_SECONDS);
    expect((await far.home()).ids).toEqual([up]);
  });

  test("shows to a client that polls from newest_id, however late the feed comes", async () => {
    const { world, star, reader } = await pullStory();
    world.faults.kvStale(KV_STALE_SECONDS);
    const own: string[] = [];
    const seen = new Set<string>();
    let since: string | undefined;
    const stars: string[] = [];
    for (let round = 0; round < 9; round += 1) {
      stars.push((await star.posts(`round ${round}`)).id);
      await world.drain();
      own.push((await reader.posts(`mine ${round}`)).id);
      const page = await reader.home({ since_id: since, max_results: 100 });
      for (const id of page.ids) seen.add(id);
      since = page.meta.newest_id ?? since;
      world.advance(30);
    }
    expect(since, "the client got ahead").toBeDefined();
    expect([...seen]).toEqual(expect.arrayContaining([...stars.slice(0, -4), ...own]));
  });

  test("leaves with an unfollow and comes back whole with a refollow", async () => {
    const { world, star, reader, up } = await pullStory();
    const tweet = await star.posts("pulled");
    await world.drain();
    world.advance(FEED_SECONDS);
    expect(await reader.wholeHome(1)).toEqual([tweet.id, up]);
    await reader.unfollows(star);
    await world.drain();
    expect(await reader.wholeHome(1)).toEqual([]);
    await reader.follows(star);
    await world.drain();
    expect(await reader.wholeHome(1)).toEqual([tweet.id, up]);
    const more = await star.posts("more");
    await world.drain();
    world.advance(FEED_SECONDS);
    expect(await reader.wholeHome(1)).toEqual([more.id, tweet.id, up]);
  });

  test("scrolls on below what the feed holds, mixed with what was pushed, without gap or repeat", async () => {
    const { world, star, reader, up } = await pullStory();
    const friend = await world.register("friend");
    await reader.follows(friend);
    const from = world.now() - 400_000;
    const planted = [
      ...(await plantTweets(world, star, { count: 300, from, every: 1_000, tier: "pull" })),
      ...(await plantTweets(world, friend, { count: 300, from: from + 500, every: 1_000 })),
    ];
    const last = await star.posts("newest");
    await world.drain();
    world.advance(FEED_SECONDS);
    const all = [last.id, ...planted.sort().reverse(), up];
    for (const size of [100, 40, 7]) {
      const found = await reader.wholeHome(size);
      expect(found.length, `pages of ${size}`).toBe(all.length);
      expect(found.every((id, index) => id === all[index])).toBe(true);
    }
  });

  test("whose feed KV does not have yet is read from the store", async () => {
    const { world, star, reader, up } = await pullStory();
    const tweet = await star.posts("pulled");
    await world.isolate.env.FEEDS.delete(`feed:${star.id}`);
    world.advance(FEED_SECONDS);
    const page = await reader.home();
    expect(page.ids).toEqual([tweet.id, up]);
    expect(page.meta.degraded).toBeUndefined();
  });
});

describe("an author who comes down from the pull tier", () => {
  const fall = async (world: World, star: Person, fan: Person) => {
    await fan.unfollows(star);
    await world.drain();
  };

  test("stays listed until every timeline has taken in what nobody was pushed, and nothing is lost at any step", async () => {
    const world = await newWorld({ vars: SMALL_TIERS });
    const [star, reader, fan, other, rare] = await world.registerAll("star", "reader", "fan", "other", "rare");
    for (const follower of [reader, fan, other, rare]) await follower.follows(star);
    await world.drain();
    for (const one of [reader, rare]) await one.home();
    const posted = [(await star.posts("both")).id];
    await world.drain();
    world.advance(601);
    for (const text of ["pull 1", "pull 2"]) posted.unshift((await star.posts(text)).id);
    await world.drain();
    await fall(world, star, fan);
    await fall(world, star, other);
    posted.unshift((await star.posts("down, pushed")).id);
    await world.drain();
    expect(await tiersOf(world, star)).toEqual(["both", "pull", "pull", "active"]);
    expect(await standingOf(world, star)).toEqual({ pull_listed: 1, newest_pull_only_id: posted[1] });
    world.advance(FEED_SECONDS);
    expect(await reader.wholeHome(2)).toEqual(posted);

    world.advance(13 * DAY);
    await rare.home();
    world.advance(DAY);
    posted.unshift((await star.posts("still listed")).id);
    await world.drain();
    expect(await standingOf(world, star)).toMatchObject({ pull_listed: 1 });
    world.advance(DAY + 1);
    const last = await star.posts("nobody's timeline lacks anything now");
    await world.drain();
    expect(await standingOf(world, star)).toEqual({ pull_listed: 0, newest_pull_only_id: null });
    expect(JSON.parse((await world.isolate.env.FEEDS.get("pull-authors")) ?? "")).not.toContain(star.id);
    await star.deletes(last);
    await world.drain();
    world.advance(LIST_SECONDS);
    expect(await rare.wholeHome(2), "came once, in time").toEqual(posted);
    expect(await reader.wholeHome(2), "was away for long").toEqual(posted);
  });

  test("leaves what was only pulled in the timeline of a reader whom no newer tweets reached", async () => {
    const world = await newWorld({ vars: SMALL_TIERS });
    const [star, reader, fan] = await world.registerAll("star", "reader", "fan");
    for (const follower of [reader, fan]) await follower.follows(star);
    await gainFollowers(world, star, 2);
    await world.drain();
    await reader.home();
    await star.posts("both");
    await world.drain();
    world.advance(601);
    const pulledOnly = await star.posts("pulled only");
    await world.drain();
    world.advance(3_600);
    await reader.home();
    await fall(world, star, fan);
    for (let days = 0; days < 16; days += 8) {
      world.advance(8 * DAY);
      await reader.home();
    }
    const gone = await star.posts("off the list, and deleted");
    await world.drain();
    expect(await standingOf(world, star)).toEqual({ pull_listed: 0, newest_pull_only_id: null });
    await star.deletes(gone);
    await world.drain();
    world.advance(LIST_SECONDS);
    expect(await heldBy(reader)).toContain(pulledOnly.id);
    expect(await reader.wholeHome(1)).toContain(pulledOnly.id);
  });

  test("and goes up again is pushed and pulled anew before pushes end", async () => {
    const world = await newWorld({ vars: SMALL_TIERS });
    const [star, reader, fan] = await world.registerAll("star", "reader", "fan");
    for (const follower of [reader, fan]) await follower.follows(star);
    await gainFollowers(world, star, 2);
    await world.drain();
    await reader.home();
    const posted: string[] = [];
    const post = async (text: string) => {
      posted.unshift((await star.posts(text)).id);
      await world.drain();
    };
    await post("up");
    await fall(world, star, fan);
    await post("down before anything was pulled only");
    expect(await standingOf(world, star)).toEqual({ pull_listed: 0, newest_pull_only_id: null });
    world.advance(601);
    await fan.follows(star);
    await world.drain();
    await post("up again");
    expect(await tiersOf(world, star)).toEqual(["both", "active", "both"]);
    expect(await heldBy(reader)).toEqual(posted);
    world.advance(601);
    await post("pulled");
    expect(await heldBy(reader)).toEqual(posted.slice(1));
    expect(await reader.wholeHome(2)).toEqual(posted);
  });
});
