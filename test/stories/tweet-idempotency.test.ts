import { describe, expect, test } from "vitest";
import { outboxRows, rowsAt } from "../support/planting.ts";
import { newWorld, type Person } from "../support/world.ts";

const KEY = "0b5cbb3e-4c8a-4f3e-9d59-9a1f6d0b8a11";
const TOKENS = { ACCESS_TOKEN_SECONDS: "1000000" };

const post = async (person: Person, text: string, idempotencyKey: string) => {
  const response = await person.fetch("/2/tweets", { json: { text }, idempotencyKey });
  return { status: response.status, body: await response.text() };
};
const follow = async (person: Person, target: Person, idempotencyKey: string) => {
  const response = await person.fetch(`/2/users/${person.id}/following`, {
    json: { target_user_id: target.id },
    idempotencyKey,
  });
  return { status: response.status, body: await response.text() };
};
const textsOf = async (person: Person) => (await person.tweetsOf(person)).tweets.map((tweet) => tweet.text);

describe("the same Idempotency-Key", () => {
  test("gives the first answer again, word for word, and posts once", async () => {
    const world = await newWorld({ isolates: 2 });
    const alice = await world.register("alice");
    const first = await post(alice, "once", KEY);
    expect(first.status).toBe(201);
    for (const isolate of world.isolates) expect(await post(alice.at(isolate), "once", KEY)).toEqual(first);
    expect(await textsOf(alice)).toEqual(["once"]);
    expect(world.queue.of("dunlin-events"), "one event").toHaveLength(1);
  });

  test("in requests that run at once, here and in another isolate, posts once", async () => {
    const world = await newWorld({ isolates: 2 });
    const alice = await world.register("alice");
    const answers = await Promise.all(
      [...world.isolates, ...world.isolates].map((isolate) => post(alice.at(isolate), "at once", KEY)),
    );
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201]);
    expect(await textsOf(alice)).toEqual(["at once"]);
  });

  test("after 24 hours is a new tweet; a moment before, it is not", async () => {
    const world = await newWorld({ vars: TOKENS });
    const alice = await world.register("alice");
    const first = await post(alice, "daily", KEY);
    world.advance(24 * 3600 - 30);
    await world.sweep();
    expect(await post(alice, "daily", KEY)).toEqual(first);
    world.advance(60);
    const second = await post(alice, "daily", KEY);
    expect(second.status).toBe(201);
    expect(second.body).not.toBe(first.body);
    expect(await post(alice, "daily", KEY), "and is kept anew").toEqual(second);
    expect(await textsOf(alice)).toEqual(["daily", "daily"]);
  });

  test("with another body or for another operation is a 422, and nothing is written", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    await post(alice, "the first", KEY);
    const other = await post(alice, "another", KEY);
    expect(other.status).toBe(422);
    expect(other.body).toContain("Idempotency-Key");
    expect((await follow(alice, bob, KEY)).status).toBe(422);
    expect(await textsOf(alice)).toEqual(["the first"]);
    expect(await rowsAt(world, alice.id, "SELECT * FROM following WHERE follower_id = ?", alice.id)).toEqual([]);
  });

  test("of another user is another key", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const answers = [await post(alice, "hers", KEY), await post(bob, "his", KEY)];
    expect(answers.map((answer) => answer.status)).toEqual([201, 201]);
    expect([await textsOf(alice), await textsOf(bob)]).toEqual([["hers"], ["his"]]);
  });

  test.each([
    ["nothing", ""],
    ["a space", "two words"],
    ["256 characters", "x".repeat(256)],
    ["a letter beyond ASCII", "clé"],
    ["a tab", "a\tb"],
  ])("made of %s is a 400, and nothing is written", async (_what, key) => {
    const world = await newWorld();
    const alice = await world.register("alice");
    expect((await post(alice, "never", key)).status).toBe(400);
    expect(await textsOf(alice)).toEqual([]);
  });

  test("of 255 characters is taken", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const key = "~".repeat(255);
    expect(await post(alice, "long", key)).toEqual(await post(alice, "long", key));
  });

  test("is not used up by a request that was refused", async () => {
    const world = await newWorld({ vars: { FOLLOWING_MAX: "1" } });
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    expect((await post(alice, "x".repeat(281), KEY)).status).toBe(422);
    expect((await post(alice, "shorter", KEY)).status).toBe(201);
    await alice.follows(bob);
    expect((await follow(alice, carol, "k2")).status).toBe(403);
    await alice.unfollows(bob);
    expect((await follow(alice, carol, "k2")).status, "now there is room").toBe(200);
  });

  test("on a follow gives the first answer again, and does not follow anew who was unfollowed meanwhile", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const first = await follow(alice, bob, KEY);
    expect(first).toMatchObject({ status: 200, body: expect.stringContaining('"following":true') });
    expect(await follow(alice, bob, KEY)).toEqual(first);
    await alice.unfollows(bob);
    expect(await follow(alice, bob, KEY)).toEqual(first);
    await world.drain();
    const { data } = await alice.asks<{ data?: unknown[] }>(`/2/users/${alice.id}/following`);
    expect(data, "the unfollow stands").toBeUndefined();
    expect((await follow(alice, bob, "another")).status).toBe(200);
    expect((await alice.asks<{ data?: unknown[] }>(`/2/users/${alice.id}/following`)).data).toHaveLength(1);
  });
});

describe("an answer of the store that is lost after the commit", () => {
  const lost = async (only: RegExp) => {
    const world = await newWorld();
    const [alice, bob] = [await world.register("alice", { shard: 0 }), await world.register("bob", { shard: 0 })];
    const loseOne = () => world.faults.shard(0, "lost-answer", { times: 1, only });
    return { world, alice, bob, loseOne };
  };

  test.each([undefined, KEY])("posts once, and is told about once (key: %s)", async (key) => {
    const { world, alice, bob, loseOne } = await lost(/INSERT INTO "tweets"/i);
    await bob.follows(alice);
    await world.drain();
    await bob.home();
    loseOne();
    const tweet = await alice.posts("once", key === undefined ? {} : { idempotencyKey: key });
    expect((await alice.home()).ids).toEqual([tweet.id]);
    expect(await textsOf(alice)).toEqual(["once"]);
    await world.drain();
    expect(await bob.wholeHome()).toEqual([tweet.id]);
    const { data } = await alice.asks<{ data: { public_metrics: object } }>(`/2/users/${alice.id}`);
    expect(data.public_metrics).toMatchObject({ tweet_count: 1 });
    expect((await outboxRows(world)).map((row) => row.id)).not.toContain(tweet.id);
  });

  test("twice in a row is a 503, and the client's retry with its key gets the tweet that was posted", async () => {
    const { world, alice } = await lost(/unused/);
    world.faults.shard(0, "lost-answer", { times: 2, only: /INSERT INTO "tweets"/i });
    expect((await post(alice, "retried", KEY)).status).toBe(503);
    const again = await post(alice, "retried", KEY);
    expect(again.status).toBe(201);
    expect(again.body).toContain((await alice.tweetsOf(alice)).ids[0] ?? "no tweet");
    expect(await textsOf(alice)).toEqual(["retried"]);
    world.advance(61);
    await world.sweep();
    await world.drain();
    expect((await alice.home()).ids, "the sweep told of it").toHaveLength(1);
  });

  test("deletes, follows and unfollows once, and each is told about", async () => {
    const { world, alice, bob, loseOne } = await lost(/INSERT INTO "outbox"/i);
    const tweet = await alice.posts("short-lived");
    await world.drain();
    loseOne();
    await bob.follows(alice);
    expect(world.queue.messages).toHaveLength(1);
    await world.drain();
    expect(await bob.wholeHome()).toEqual([tweet.id]);
    loseOne();
    await alice.deletes(tweet);
    expect(world.queue.messages).toHaveLength(1);
    loseOne();
    await bob.unfollows(alice);
    await world.drain();
    expect(await bob.wholeHome()).toEqual([]);
    const rows = await rowsAt(world, bob.id, "SELECT state, version FROM following WHERE follower_id = ?", bob.id);
    expect(rows).toEqual([{ state: 0, version: 2 }]);
    const counts = await rowsAt(world, bob.id, "SELECT * FROM follow_counts WHERE user_id IN (?, ?)", bob.id, alice.id);
    expect(counts.every((row) => row["following_count"] === 0 && row["followers_count"] === 0)).toBe(true);
    const { data } = await alice.asks<{ data: { public_metrics: object } }>(`/2/users/${alice.id}`);
    expect(data.public_metrics).toMatchObject({ tweet_count: 0 });
  });
});
