import { describe, expect, test } from "vitest";
import { rowsAt } from "../support/planting.ts";
import { newWorld, type Person, type TweetJson } from "../support/world.ts";

interface Has {
  readonly id: string;
}

/** The status of an attempt to answer `tweet`. */
async function answering(person: Person, tweet: Has): Promise<number> {
  const json = { text: "may I?", reply: { in_reply_to_tweet_id: tweet.id } };
  return (await person.fetch("/2/tweets", { json })).status;
}

const answerTo = (tweet: Has, author: Has, conversation: Has) => ({
  conversation_id: conversation.id,
  in_reply_to_user_id: author.id,
  referenced_tweets: [{ type: "replied_to", id: tweet.id }],
});

describe("a reply", () => {
  test("says what it answers, whom, and which conversation it is in, however deep", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const first = await alice.posts("first");
    const second = await bob.replies(first);
    const third = await carol.replies(second);
    const fourth = await carol.replies(third);
    expect(await bob.sees(first)).toMatchObject({ conversation_id: first.id });
    expect(await bob.sees(first)).not.toHaveProperty("referenced_tweets");
    expect(await bob.sees(first)).not.toHaveProperty("in_reply_to_user_id");
    expect(await alice.sees(second)).toMatchObject(answerTo(first, alice, first));
    expect(await alice.sees(third)).toMatchObject(answerTo(second, bob, first));
    expect(await alice.sees(fourth), "going on oneself").toMatchObject(answerTo(third, carol, first));
  });

  test("brings what it answers and whom along where that is asked for", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const first = await alice.posts("first");
    const second = await bob.replies(first, "second");
    const expansions = "referenced_tweets.id,in_reply_to_user_id,author_id,referenced_tweets.id.author_id";
    const answer = await bob.asks<{
      data: TweetJson;
      includes: { users: Has[]; tweets: TweetJson[] };
    }>(`/2/tweets/${second.id}?expansions=${expansions}`);
    expect(answer.includes.tweets).toMatchObject([{ id: first.id, text: "first" }]);
    expect(answer.includes.users.map((user) => user.id).sort()).toEqual([alice.id, bob.id].sort());
    const placeholder = { id: first.id, text: "", unavailable: true };
    await alice.deletes(first);
    world.advance(6);
    expect(await bob.asks(`/2/tweets/${second.id}?expansions=referenced_tweets.id`)).toMatchObject({
      data: { id: second.id, referenced_tweets: [{ type: "replied_to", id: first.id }] },
      includes: { tweets: [placeholder] },
    });
  });

  test("answers the original where a retweet's id is given", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const first = await alice.posts("first");
    const retweet = await bob.retweets(first);
    const reply = await carol.replies(retweet);
    expect(await alice.sees(reply)).toMatchObject(answerTo(first, alice, first));
    await world.drain();
    expect(await alice.sees(first)).toMatchObject({ public_metrics: { reply_count: 1, retweet_count: 1 } });
  });

  test("keeps its place in the conversation when what it answers is deleted, and answering it goes on", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const first = await alice.posts("first");
    const second = await bob.replies(first);
    await alice.deletes(first);
    expect(await bob.sees(second)).toMatchObject(answerTo(first, alice, first));
    const third = await alice.replies(second);
    expect(await bob.sees(third)).toMatchObject(answerTo(second, bob, first));
  });

  test("can quote as well", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const [first, other] = [await alice.posts("first"), await alice.posts("other")];
    const both = await alice.posts("both", { reply: { in_reply_to_tweet_id: first.id }, quote_tweet_id: other.id });
    expect((await alice.sees(both))["referenced_tweets"]).toEqual([
      { type: "quoted", id: other.id },
      { type: "replied_to", id: first.id },
    ]);
  });
});

describe("an answer to what is not there", () => {
  test("is a 404, and nothing is posted: never was, deleted, a user's id, an undone retweet's", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const [gone, kept] = [await alice.posts("gone"), await alice.posts("kept")];
    const undone = await alice.retweets(kept);
    await alice.undoesRetweet(kept);
    await alice.deletes(gone);
    await world.drain();
    for (const id of ["1", "9223372036854775807", alice.id, gone.id, undone.id]) {
      expect(await answering(bob, { id }), id).toBe(404);
    }
    expect((await bob.tweetsOf(bob)).ids).toEqual([]);
    expect(world.queue.messages).toEqual([]);
  });

  test("is a 404 at once, though this isolate still remembers the tweet that another one deleted", async () => {
    const world = await newWorld({ isolates: 2 });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const [here, there] = world.isolates;
    if (here === undefined || there === undefined) throw new Error("two isolates were asked for");
    const tweet = await alice.posts("soon gone");
    await bob.at(there).sees(tweet);
    await alice.at(here).deletes(tweet);
    expect(await answering(bob.at(there), tweet)).toBe(404);
  });

  test("is a 404 where it retweets what was deleted", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("soon gone");
    const retweet = await bob.retweets(tweet);
    await alice.deletes(tweet);
    expect(await answering(bob, retweet)).toBe(404);
  });

  test("is a 404 for who may not see it: blocked either way, or not let in by a protected account", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const [tweet, bobs] = [await alice.posts("not for bob"), await bob.posts("by bob")];
    await alice.asks(`/2/users/${alice.id}/blocking`, { json: { target_user_id: bob.id } });
    await world.drain();
    expect([await answering(bob, tweet), await answering(alice, bobs)]).toEqual([404, 404]);
    await alice.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
    expect([await answering(carol, tweet), await answering(alice, tweet)]).toEqual([404, 201]);
  });
});

test("a malformed reply is a 400, one without a token a 401, and nothing is posted", async () => {
  const world = await newWorld();
  const alice = await world.register("alice");
  for (const reply of [{}, { in_reply_to_tweet_id: 5 }, { in_reply_to_tweet_id: "x" }, "1", null]) {
    expect((await alice.fetch("/2/tweets", { json: { text: "hello", reply } })).status).toBe(400);
  }
  const tweet = await alice.posts("first");
  const nobody = await world.isolate.fetch("/2/tweets", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ text: "hello", reply: { in_reply_to_tweet_id: tweet.id } }),
  });
  expect(nobody.status).toBe(401);
  expect((await alice.tweetsOf(alice)).ids).toEqual([tweet.id]);
});

test("the same Idempotency-Key posts a reply or a quote once, and is refused for another target", async () => {
  const world = await newWorld({ isolates: 2, vars: { CONTENT_CACHE_SECONDS: "0" } });
  const [alice, bob] = await world.registerAll("alice", "bob");
  const [one, other] = [await alice.posts("one"), await alice.posts("other")];
  for (const [kind, fields] of [
    ["reply", (tweet: Has) => ({ reply: { in_reply_to_tweet_id: tweet.id } })],
    ["quote", (tweet: Has) => ({ quote_tweet_id: tweet.id })],
  ] as const) {
    const post = async (isolate: number, tweet: Has) => {
      const there = bob.at(world.isolates[isolate] ?? world.isolate);
      const response = await there.fetch("/2/tweets", { json: { text: kind, ...fields(tweet) }, idempotencyKey: kind });
      return { status: response.status, body: await response.text() };
    };
    const first = await post(0, one);
    expect(first.status).toBe(201);
    expect([await post(0, one), await post(1, one)]).toEqual([first, first]);
    expect((await post(1, other)).status).toBe(422);
  }
  await world.drain();
  expect(await bob.sees(one)).toMatchObject({ public_metrics: { reply_count: 1, quote_count: 1 } });
  expect(await bob.sees(other)).toMatchObject({ public_metrics: { reply_count: 0, quote_count: 0 } });
  expect((await bob.tweetsOf(bob)).ids).toHaveLength(2);
});

test("a reply whose answer was lost on the way is posted once", async () => {
  const world = await newWorld();
  const alice = await world.register("alice", { shard: 0 });
  const bob = await world.register("bob", { shard: 1 });
  const tweet = await alice.posts("first");
  world.faults.shard(1, "lost-answer", { times: 1, only: /INSERT INTO "outbox"/i });
  const reply = await bob.replies(tweet);
  await world.drain();
  expect((await bob.tweetsOf(bob)).ids).toEqual([reply.id]);
  const rows = await rowsAt(world, tweet.id, "SELECT reply_count FROM tweet_counts WHERE tweet_id = ?", tweet.id);
  expect(rows).toEqual([{ reply_count: 1 }]);
});
