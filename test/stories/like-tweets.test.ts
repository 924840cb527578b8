import { describe, expect, test } from "vitest";
import { countsOf, edgeIn, FRESH, like, likedBy, likes, told, unlikes, untold } from "../engagement/talk.ts";
import { idsAt, newestFirst } from "../lists/talk.ts";
import { blocks, protects } from "../support/graph.ts";
import { newWorld } from "../support/world.ts";

const statusOf = async (answer: Promise<Response>): Promise<number> => (await answer).status;
const likers = (tweet: { id: string }) => `/2/tweets/${tweet.id}/liking_users`;

describe("a like", () => {
  test("is among one's own at once, and with the tweet, its count and its likers once the event has come", async () => {
    const world = await newWorld({ vars: FRESH });
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const tweet = await alice.posts("the tide is out");
    expect(await likes(bob, tweet)).toEqual({ data: { liked: true } });
    expect(await likedBy(bob)).toEqual([tweet.id]);
    expect(await likedBy(carol, bob), "for others, too").toEqual([tweet.id]);
    expect((await bob.sees(tweet, { "tweet.fields": "viewer" }))["viewer"]).toMatchObject({ liked: true });
    expect(await countsOf(bob, tweet)).toEqual({ like_count: 0, bookmark_count: 0 });
    await likes(carol, tweet);
    await likes(alice, tweet);
    await world.drain();
    expect(await countsOf(bob, tweet)).toEqual({ like_count: 3, bookmark_count: 0 });
    expect(await idsAt(carol, likers(tweet))).toEqual(newestFirst(alice, bob, carol));
    expect(await unlikes(bob, tweet)).toEqual({ data: { liked: false } });
    expect(await likedBy(bob)).toEqual([]);
    expect((await bob.sees(tweet, { "tweet.fields": "viewer" }))["viewer"]).toMatchObject({ liked: false });
    await world.drain();
    expect(await countsOf(bob, tweet)).toEqual({ like_count: 2, bookmark_count: 0 });
    expect(await idsAt(carol, likers(tweet))).toEqual(newestFirst(alice, carol));
    expect(await untold(world, alice, bob, carol)).toEqual([]);
  });

  test("given twice, or in two isolates at once, is given once; taking back what was never given changes nothing", async () => {
    const world = await newWorld({ isolates: 2, vars: FRESH });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("once");
    await Promise.all([...world.isolates, ...world.isolates].map((isolate) => likes(bob.at(isolate), tweet)));
    expect(told(world)).toHaveLength(1);
    await world.drain();
    world.meter.reset();
    await likes(bob, tweet);
    for (const never of [tweet, { id: "1" }, bob]) {
      expect(await unlikes(alice, never)).toEqual({ data: { liked: false } });
    }
    expect(world.meter.d1.rowsWritten).toBe(0);
    expect(told(world)).toEqual([]);
    expect(await countsOf(bob, tweet)).toEqual({ like_count: 1, bookmark_count: 0 });
    expect(await edgeIn(world, "likes", bob, { user: bob, tweet })).toEqual({ state: 1, version: 1 });
  });

  test("of a retweet is one of its original, given and taken back by either's id, also when the retweet is gone", async () => {
    const world = await newWorld({ vars: FRESH });
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const tweet = await alice.posts("whose words");
    const retweet = await bob.retweets(tweet);
    for (const { by, back } of [
      { by: retweet, back: tweet },
      { by: tweet, back: retweet },
    ]) {
      await likes(carol, by);
      await world.drain();
      expect(await likedBy(carol)).toEqual([tweet.id]);
      expect(await countsOf(carol, tweet)).toMatchObject({ like_count: 1 });
      expect(await countsOf(carol, retweet), "a retweet shows its original's").toMatchObject({ like_count: 1 });
      expect(await idsAt(bob, likers(retweet))).toEqual([carol.id]);
      await unlikes(carol, back);
      await world.drain();
      expect(await likedBy(carol)).toEqual([]);
      expect(await countsOf(carol, tweet)).toMatchObject({ like_count: 0 });
    }
    await likes(carol, retweet);
    await bob.undoesRetweet(tweet);
    await unlikes(carol, retweet);
    expect(await likedBy(carol)).toEqual([]);
  });

  test("can be taken back of a tweet that is gone, and of one that one may not see any more", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const [gone, hidden] = [await alice.posts("soon gone"), await alice.posts("soon hidden")];
    await likes(bob, gone);
    await likes(bob, hidden);
    await alice.deletes(gone);
    await blocks(alice, bob);
    await world.drain();
    for (const tweet of [gone, hidden]) {
      expect(await unlikes(bob, tweet)).toEqual({ data: { liked: false } });
      await world.drain();
      expect(await edgeIn(world, "likers", alice, { user: bob, tweet })).toEqual({ state: 0, version: 2 });
    }
  });
});

describe("a like is refused", () => {
  test("with 404 for what is absent, deleted, an undone retweet, blocked either way, or protected", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const [gone, tweet, bobs] = [await alice.posts("gone"), await alice.posts("kept"), await bob.posts("by bob")];
    const undone = await carol.retweets(tweet);
    await carol.undoesRetweet(tweet);
    await alice.deletes(gone);
    await blocks(alice, bob);
    await protects(bob);
    await world.drain();
    for (const tweet of [{ id: "1" }, alice, gone, undone, bobs]) expect(await statusOf(like(carol, tweet))).toBe(404);
    expect(await statusOf(like(bob, tweet))).toBe(404);
    expect(await statusOf(like(alice, bobs))).toBe(404);
    expect(await likedBy(carol)).toEqual([]);
    expect(told(world)).toEqual([]);
    expect(await untold(world, alice, bob, carol)).toEqual([]);
  });

  test("with 403 in somebody else's name, 401 without a token, 400 for a malformed id", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("kept");
    const path = `/2/users/${alice.id}/likes`;
    expect(await statusOf(bob.fetch(path, { json: { tweet_id: tweet.id } }))).toBe(403);
    expect(await statusOf(bob.fetch(`${path}/${tweet.id}`, { method: "DELETE" }))).toBe(403);
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ tweet_id: tweet.id });
    expect(await statusOf(world.isolate.fetch(path, { method: "POST", headers, body }))).toBe(401);
    expect(await statusOf(world.isolate.fetch(`${path}/${tweet.id}`, { method: "DELETE" }))).toBe(401);
    for (const one of [`/2/users/${alice.id}/liked_tweets`, likers(tweet)]) {
      expect(await statusOf(world.isolate.fetch(one))).toBe(401);
    }
    for (const json of [{}, { tweet_id: 1 }, { tweet_id: "x" }, { tweet_id: "9223372036854775808" }]) {
      expect(await statusOf(alice.fetch(path, { json }))).toBe(400);
    }
    expect(await statusOf(alice.fetch(`${path}/x`, { method: "DELETE" }))).toBe(400);
    expect(told(world)).toEqual([]);
    expect(await likedBy(alice)).toEqual([]);
  });

  test("with 503 while the tweet's shard or one's own does not answer, and nothing of it stays", async () => {
    const world = await newWorld();
    const alice = await world.register("alice", { shard: 0 });
    const bob = await world.register("bob", { shard: 1 });
    const tweet = await alice.posts("in another shard");
    await world.drain();
    for (const shard of [0, 1]) {
      world.faults.shard(shard, "error");
      expect(await statusOf(like(bob, tweet))).toBe(503);
      world.faults.none();
    }
    expect(told(world)).toEqual([]);
    expect(await edgeIn(world, "likes", bob, { user: bob, tweet })).toBeUndefined();
  });
});

describe("a like is safe to try again", () => {
  test("with the same Idempotency-Key: not given anew when taken back meanwhile, and another tweet is a 422", async () => {
    const world = await newWorld({ isolates: 2 });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const [tweet, other] = [await alice.posts("one"), await alice.posts("other")];
    const keyed = (isolate: number, which: { id: string }) =>
      like(bob.at(world.isolates[isolate] ?? world.isolate), which, { idempotencyKey: "k" });
    const first = await (await keyed(0, tweet)).text();
    expect(first).toBe('{"data":{"liked":true}}');
    expect(await (await keyed(1, tweet)).text()).toBe(first);
    expect(await statusOf(keyed(1, other))).toBe(422);
    await unlikes(bob, tweet);
    expect(await (await keyed(0, tweet)).text()).toBe(first);
    expect(await likedBy(bob), "the repeat liked nothing").toEqual([]);
  });

  test("where the store's answer is lost, it and its end happen once and are told once", async () => {
    const world = await newWorld({ vars: FRESH });
    const alice = await world.register("alice", { shard: 0 });
    const bob = await world.register("bob", { shard: 1 });
    const tweet = await alice.posts("through trouble");
    await world.drain();
    for (const [act, count] of [
      [likes, 1],
      [unlikes, 0],
      [likes, 1],
    ] as const) {
      world.faults.shard(1, "lost-answer", { times: 1, only: /INSERT INTO "outbox"/i });
      await act(bob, tweet);
      expect(told(world)).toHaveLength(1);
      await world.drain();
      expect(await countsOf(bob, tweet)).toMatchObject({ like_count: count });
    }
    expect(await edgeIn(world, "likers", alice, { user: bob, tweet })).toEqual({ state: 1, version: 3 });
  });

  test("where the consumer's answer is lost, it is counted once", async () => {
    const world = await newWorld({ vars: FRESH });
    const alice = await world.register("alice", { shard: 0 });
    const bob = await world.register("bob", { shard: 1 });
    const tweet = await alice.posts("counted once");
    await world.drain();
    await likes(bob, tweet);
    world.faults.shard(0, "lost-answer", { times: 2, only: /engagement_counts/i });
    world.faults.shard(1, "lost-answer", { times: 1, only: /DELETE FROM "outbox"/i });
    const { retried } = await world.drain();
    expect(retried, "the message came again").toBeGreaterThanOrEqual(1);
    expect(await countsOf(bob, tweet)).toMatchObject({ like_count: 1 });
    expect(await untold(world, bob)).toEqual([]);
  });
});
