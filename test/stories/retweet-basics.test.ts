import { describe, expect, test } from "vitest";
import { deactivate } from "../accounts/send.ts";
import { createMinter } from "../../workers/lib/snowflake.ts";
import { rowsAt } from "../support/planting.ts";
import { newWorld, type Person, type PersonInit, type TweetJson, type World } from "../support/world.ts";

/** Counts are then read anew each time. */
const FRESH = { CONTENT_CACHE_SECONDS: "0" };

const retweeting = (person: Person, id: string, init: PersonInit = {}) =>
  person.fetch(`/2/users/${person.id}/retweets`, { json: { tweet_id: id }, ...init });
const statusOf = async (answer: Promise<Response>): Promise<number> => (await answer).status;

async function retweetCount(person: Person, tweet: { readonly id: string }): Promise<unknown> {
  return ((await person.sees(tweet))["public_metrics"] as { retweet_count: number }).retweet_count;
}

async function edgeOf(world: World, person: Person, tweet: { readonly id: string }): Promise<unknown> {
  const select = "SELECT state, version FROM retweets WHERE user_id = ? AND tweet_id = ?";
  return (await rowsAt(world, person.id, select, person.id.padStart(19, "0"), tweet.id.padStart(19, "0")))[0];
}

describe("a retweet", () => {
  test("is a tweet of the retweeter's own that says whose words it brings, with the original's counts", async () => {
    const world = await newWorld({ vars: FRESH });
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const tweet = await alice.posts("Turning as one #birds");
    await carol.replies(tweet);
    const retweet = await bob.retweets(tweet);
    expect(retweet.id).not.toBe(tweet.id);
    await world.drain();
    expect(await carol.sees(retweet)).toMatchObject({
      id: retweet.id,
      author_id: bob.id,
      text: `RT @${alice.username}: Turning as one #birds`,
      referenced_tweets: [{ type: "retweeted", id: tweet.id }],
      public_metrics: { retweet_count: 1, reply_count: 1, quote_count: 0, like_count: 0, bookmark_count: 0 },
    });
    expect(await carol.sees(tweet)).toMatchObject({ public_metrics: { retweet_count: 1, reply_count: 1 } });
    expect((await carol.tweetsOf(bob)).ids).toEqual([retweet.id]);
    const { data } = await carol.asks(`/2/users/${bob.id}`);
    expect(data).toMatchObject({ public_metrics: { tweet_count: 1 } });
    const expanded = await carol.asks<{ includes: { tweets: TweetJson[]; users: { id: string }[] } }>(
      `/2/tweets/${retweet.id}?expansions=referenced_tweets.id,referenced_tweets.id.author_id`,
    );
    expect(expanded.includes.tweets).toMatchObject([{ id: tweet.id, text: "Turning as one #birds" }]);
    expect(expanded.includes.users.map((user) => user.id)).toEqual([alice.id]);
  });

  test("is told to who did it, of the tweet and of any retweet of it, where viewer fields are asked for", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const [tweet, other] = [await alice.posts("one"), await alice.posts("other")];
    const retweets = [await bob.retweets(tweet), await carol.retweets(tweet)];
    const query = { "tweet.fields": "viewer" };
    for (const { id } of [tweet, ...retweets]) {
      expect((await bob.sees({ id }, query))["viewer"]).toEqual({ liked: false, retweeted: true, bookmarked: false });
      expect((await alice.sees({ id }, query))["viewer"]).toMatchObject({ retweeted: false });
    }
    expect((await bob.sees(other, query))["viewer"]).toMatchObject({ retweeted: false });
    await bob.undoesRetweet(tweet);
    expect((await bob.sees(tweet, query))["viewer"]).toMatchObject({ retweeted: false });
    expect(await bob.sees(tweet)).not.toHaveProperty("viewer");
  });

  test("of a retweet is one of its original", async () => {
    const world = await newWorld({ vars: FRESH });
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const tweet = await alice.posts("once more");
    const second = await carol.retweets(await bob.retweets(tweet));
    await world.drain();
    expect(await bob.sees(second)).toMatchObject({
      text: `RT @${alice.username}: once more`,
      referenced_tweets: [{ type: "retweeted", id: tweet.id }],
    });
    expect(await retweetCount(bob, tweet)).toBe(2);
  });

  test("done twice, in two isolates at once, or by the retweet's own id, is done once and answers the same", async () => {
    const world = await newWorld({ isolates: 2, vars: FRESH });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("once");
    const answers = await Promise.all(
      [...world.isolates, ...world.isolates].map((isolate) => bob.at(isolate).retweets(tweet)),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await bob.retweets(answers[0] ?? tweet)).toEqual(answers[0]);
    await world.drain();
    expect((await bob.tweetsOf(bob)).ids).toEqual([answers[0]?.id]);
    expect(await retweetCount(bob, tweet)).toBe(1);
    expect(await edgeOf(world, bob, tweet)).toEqual({ state: 1, version: 1 });
  });

  test("can be undone, twice as well as once, by the tweet's id, the retweet's, or its deletion; and be done again", async () => {
    const world = await newWorld({ vars: FRESH });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("here and gone");
    const ids: string[] = [];
    const undo: ((retweet: { id: string }) => Promise<void>)[] = [
      () => bob.undoesRetweet(tweet),
      (retweet) => bob.undoesRetweet(retweet),
      (retweet) => bob.deletes(retweet),
    ];
    for (const way of undo) {
      const retweet = await bob.retweets(tweet);
      ids.push(retweet.id);
      await world.drain();
      expect(await retweetCount(bob, tweet)).toBe(1);
      await way(retweet);
      await bob.undoesRetweet(tweet);
      expect((await bob.fetch(`/2/tweets/${retweet.id}`)).status, "at once for who did it").toBe(404);
      expect((await bob.tweetsOf(bob)).ids).toEqual([]);
      await world.drain();
      expect(await retweetCount(bob, tweet)).toBe(0);
    }
    expect(new Set(ids).size).toBe(3);
    expect(await edgeOf(world, bob, tweet)).toEqual({ state: 0, version: 6 });
  });

  test("that was never done is undone without a word, and nothing is written", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("never retweeted");
    await alice.retweets(tweet);
    await world.drain();
    world.meter.reset();
    for (const { id } of [tweet, { id: "1" }, alice]) await bob.undoesRetweet({ id });
    expect(world.meter.d1.rowsWritten).toBe(0);
    expect(world.queue.messages).toEqual([]);
    expect(await edgeOf(world, alice, tweet)).toEqual({ state: 1, version: 1 });
  });

  test("goes when its original is deleted, everywhere, and its author is left with nothing to see", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("soon gone");
    const retweet = await bob.retweets(tweet);
    await world.drain();
    expect((await bob.tweetsOf(bob)).ids).toEqual([retweet.id]);
    await alice.deletes(tweet);
    world.advance(6);
    for (const person of [alice, bob]) {
      expect((await person.fetch(`/2/tweets/${retweet.id}`)).status).toBe(404);
      expect((await person.tweetsOf(bob)).ids).toEqual([]);
      expect((await person.asks<{ errors: unknown[] }>(`/2/tweets?ids=${retweet.id}`)).errors).toHaveLength(1);
    }
    expect((await bob.home()).ids).toEqual([]);
    await bob.undoesRetweet(tweet);
    await world.drain();
    expect(await edgeOf(world, bob, tweet)).toEqual({ state: 0, version: 2 });
  });
});

describe("a retweet is refused", () => {
  test("with 404 for what is absent, deleted, an undone retweet, blocked either way, or hidden", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const [gone, tweet, bobs] = [await alice.posts("gone"), await alice.posts("kept"), await bob.posts("by bob")];
    const undone = await carol.retweets(tweet);
    await carol.undoesRetweet(tweet);
    await alice.deletes(gone);
    await alice.asks(`/2/users/${alice.id}/blocking`, { json: { target_user_id: bob.id } });
    await world.drain();
    for (const id of ["1", alice.id, gone.id, undone.id]) expect(await statusOf(retweeting(carol, id))).toBe(404);
    expect(await statusOf(retweeting(bob, tweet.id))).toBe(404);
    expect(await statusOf(retweeting(alice, bobs.id))).toBe(404);
    expect((await carol.tweetsOf(carol)).ids).toEqual([]);
    expect(world.queue.messages).toEqual([]);
  });

  test("with 403 for a protected account's, by its followers and by itself, and 404 for who may not see it", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    await bob.follows(alice);
    const tweet = await alice.posts("for followers");
    await world.drain();
    await alice.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
    await world.drain();
    expect(await statusOf(retweeting(bob, tweet.id))).toBe(403);
    expect(await statusOf(retweeting(alice, tweet.id))).toBe(403);
    expect(await statusOf(retweeting(carol, tweet.id))).toBe(404);
    expect(world.queue.messages).toEqual([]);
  });

  test("with 403 to an account that is not active any more, with 503 where a store does not answer", async () => {
    const world = await newWorld();
    const alice = await world.register("alice", { shard: 0 });
    const bob = await world.register("bob", { shard: 1 });
    const [tweet, other] = [await alice.posts("kept"), await alice.posts("as well")];
    await bob.retweets(other);
    for (const shard of [0, 1]) {
      world.faults.shard(shard, "error");
      expect(await statusOf(retweeting(bob, tweet.id))).toBe(503);
      world.faults.none();
      world.advance(10);
    }
    const undoing = () => bob.fetch(`/2/users/${bob.id}/retweets/${other.id}`, { method: "DELETE" });
    world.faults.shard(1, "error");
    expect(await statusOf(undoing())).toBe(503);
    world.faults.none();
    world.advance(10);
    await deactivate(world.isolate, bob.id);
    expect([await statusOf(retweeting(bob, tweet.id)), await statusOf(undoing())]).toEqual([403, 403]);
    expect(await edgeOf(world, bob, tweet)).toBeUndefined();
    expect(await edgeOf(world, bob, other)).toEqual({ state: 1, version: 1 });
  });

  test("with 403 in somebody else's name, 401 without a token, 400 for a malformed id", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("kept");
    const path = `/2/users/${alice.id}/retweets`;
    expect(await statusOf(bob.fetch(path, { json: { tweet_id: tweet.id } }))).toBe(403);
    expect(await statusOf(bob.fetch(`${path}/${tweet.id}`, { method: "DELETE" }))).toBe(403);
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ tweet_id: tweet.id });
    expect(await statusOf(world.isolate.fetch(path, { method: "POST", headers, body }))).toBe(401);
    expect(await statusOf(world.isolate.fetch(`${path}/${tweet.id}`, { method: "DELETE" }))).toBe(401);
    for (const json of [{}, { tweet_id: 1 }, { tweet_id: "x" }, { tweet_id: "9223372036854775808" }]) {
      expect(await statusOf(alice.fetch(path, { json }))).toBe(400);
    }
    expect(await statusOf(alice.fetch(`${path}/x`, { method: "DELETE" }))).toBe(400);
    await world.drain();
    expect(await edgeOf(world, alice, tweet)).toBeUndefined();
  });
});

describe("a retweet is safe to try again", () => {
  test("with the same Idempotency-Key it answers the first's id, even after it was undone, and another tweet is a 422", async () => {
    const world = await newWorld({ isolates: 2 });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const [tweet, other] = [await alice.posts("one"), await alice.posts("other")];
    const keyed = async (isolate: number, id: string) => {
      const answer = await retweeting(bob.at(world.isolates[isolate] ?? world.isolate), id, { idempotencyKey: "k" });
      return { status: answer.status, body: await answer.text() };
    };
    const first = await keyed(0, tweet.id);
    expect(first.status).toBe(200);
    expect(await keyed(1, tweet.id)).toEqual(first);
    expect((await keyed(1, other.id)).status).toBe(422);
    await bob.undoesRetweet(tweet);
    expect(await keyed(0, tweet.id)).toEqual(first);
    expect((await bob.tweetsOf(bob)).ids, "the repeat retweeted nothing").toEqual([]);
  });

  test("with a new Idempotency-Key it answers the retweet that stands, and the key is free for another", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const [tweet, other] = [await alice.posts("one"), await alice.posts("other")];
    const standing = await bob.retweets(tweet);
    for (let times = 0; times < 2; times += 1) {
      const answer = await retweeting(bob, tweet.id, { idempotencyKey: "late" });
      expect(await answer.json()).toEqual({ data: { retweeted: true, rest_id: standing.id } });
    }
    expect(await statusOf(retweeting(bob, other.id, { idempotencyKey: "late" }))).toBe(200);
  });

  test("where the store's answer is lost, it and its undoing happen once", async () => {
    const world = await newWorld({ vars: FRESH });
    const alice = await world.register("alice", { shard: 0 });
    const bob = await world.register("bob", { shard: 1 });
    const tweet = await alice.posts("through trouble");
    world.faults.shard(1, "lost-answer", { times: 1, only: /INSERT INTO "outbox"/i });
    const retweet = await bob.retweets(tweet);
    await world.drain();
    expect((await bob.tweetsOf(bob)).ids).toEqual([retweet.id]);
    expect(await retweetCount(bob, tweet)).toBe(1);
    world.faults.shard(1, "lost-answer", { times: 1, only: /INSERT INTO "outbox"/i });
    await bob.undoesRetweet(tweet);
    await world.drain();
    expect(await retweetCount(bob, tweet)).toBe(0);
    expect(await edgeOf(world, bob, tweet)).toEqual({ state: 0, version: 2 });
  });

  test("of two tweets in two isolates that mint the same id at once, both are retweeted", async () => {
    const world = await newWorld({ isolates: 2 });
    const [here, there] = world.isolates;
    if (here === undefined || there === undefined) throw new Error("two isolates were asked for");
    const [alice, bob] = await world.registerAll("alice", "bob");
    const [one, other] = [await alice.posts("one"), await alice.posts("other")];
    const frozen = Date.now() + 1_000;
    for (const { runtime } of world.isolates) {
      const ids = createMinter(
        () => frozen,
        () => 0.5,
      );
      Object.assign(runtime, { ids });
    }
    const retweets = await Promise.all([bob.at(here).retweets(one), bob.at(there).retweets(other)]);
    expect(new Set(retweets.map(({ id }) => id)).size).toBe(2);
    const found = await Promise.all(retweets.map((retweet) => bob.sees(retweet)));
    expect(found.map((tweet) => tweet["referenced_tweets"])).toEqual([
      [{ type: "retweeted", id: one.id }],
      [{ type: "retweeted", id: other.id }],
    ]);
  });
});
