import { beforeEach, describe, expect, test } from "vitest";
import { newWorld, type Person, type World } from "../support/world.ts";

interface Has {
  readonly id: string;
}

let world: World;
/** Begins the conversations, and follows the friend. */
let author: Person;
let friend: Person;
let named: Person;
let stranger: Person;

beforeEach(async () => {
  world = await newWorld({ isolates: 2 });
  author = await world.register("author", { shard: 0 });
  friend = await world.register("friend", { shard: 1 });
  named = await world.register("named", { shard: 0 });
  stranger = await world.register("stranger", { shard: 1 });
  await author.follows(friend);
});

const answering = async (person: Person, tweet: Has): Promise<number> =>
  (await person.fetch("/2/tweets", { json: { text: "may I?", reply: { in_reply_to_tweet_id: tweet.id } } })).status;

/** What happens to an answer by each: the author, the friend, the one who is named, the stranger. */
async function answers(tweet: Has): Promise<number[]> {
  const statuses: number[] = [];
  for (const person of [author, friend, named, stranger]) statuses.push(await answering(person, tweet));
  return statuses;
}

describe("who may answer", () => {
  test("is everyone, unless the author says otherwise", async () => {
    const [plain, said] = [await author.posts("plain"), await author.posts("open", { reply_settings: "everyone" })];
    for (const tweet of [plain, said]) {
      expect(await stranger.sees(tweet)).toMatchObject({ reply_settings: "everyone" });
      expect(await answers(tweet)).toEqual([201, 201, 201, 201]);
    }
  });

  test("is whom the first tweet mentions, in whatever case, and its author", async () => {
    const text = `Only you, @${named.username.toUpperCase()}, and @nobody_there`;
    const tweet = await author.posts(text, { reply_settings: "mentionedUsers" });
    expect(await stranger.sees(tweet)).toMatchObject({ reply_settings: "mentionedUsers" });
    expect(await answers(tweet)).toEqual([201, 403, 201, 403]);
    const closed = await author.posts("nobody but me", { reply_settings: "mentionedUsers" });
    expect(await answers(closed)).toEqual([201, 403, 403, 403]);
  });

  test("is whom its author follows, at the moment of the answer, wherever the follow was made", async () => {
    const tweet = await author.posts("friends only", { reply_settings: "following" });
    expect(await stranger.sees(tweet)).toMatchObject({ reply_settings: "following" });
    expect(await answers(tweet)).toEqual([201, 201, 403, 403]);
    const elsewhere = author.at(world.isolates[1] ?? world.isolate);
    await elsewhere.follows(stranger);
    await elsewhere.unfollows(friend);
    expect(await answers(tweet)).toEqual([201, 403, 403, 201]);
    await stranger.follows(author);
    await named.follows(author);
    expect(await answering(named, tweet), "to follow is not to be followed").toBe(403);
  });

  test("is for the first tweet's author to say, for all of the conversation, whatever its replies say", async () => {
    const tweet = await author.posts("friends only", { reply_settings: "following" });
    const reply = await friend.posts(`all of you, @${stranger.username}`, {
      reply: { in_reply_to_tweet_id: tweet.id },
      reply_settings: "everyone",
    });
    expect(await answers(reply)).toEqual([201, 201, 403, 403]);
    const deeper = await author.replies(reply);
    expect(await answers(deeper)).toEqual([201, 201, 403, 403]);
    const open = await author.posts("open");
    const closing = await friend.posts("nobody", {
      reply: { in_reply_to_tweet_id: open.id },
      reply_settings: "mentionedUsers",
    });
    expect(await answers(closing), "a reply does not close what its first tweet left open").toEqual([
      201, 201, 201, 201,
    ]);
  });

  test("is the same by a retweet's id, and holds after the first tweet is deleted", async () => {
    const tweet = await author.posts("friends only", { reply_settings: "following" });
    const reply = await friend.replies(tweet);
    const retweet = await stranger.retweets(tweet);
    expect(await answers(retweet)).toEqual([201, 201, 403, 403]);
    await author.deletes(tweet);
    expect(await answers(reply)).toEqual([201, 201, 403, 403]);
  });

  test("says nothing of quotes, retweets and a quote's own conversation", async () => {
    const tweet = await author.posts("nobody but me", { reply_settings: "mentionedUsers" });
    await stranger.retweets(tweet);
    const quote = await stranger.quotes(tweet);
    expect(await answers(quote)).toEqual([201, 201, 201, 201]);
  });
});

test("a refused answer leaves nothing behind, not even its Idempotency-Key", async () => {
  const tweet = await author.posts("friends only", { reply_settings: "following" });
  await world.drain();
  const json = { text: "may I?", reply: { in_reply_to_tweet_id: tweet.id } };
  const first = await stranger.fetch("/2/tweets", { json, idempotencyKey: "k" });
  expect(first.status).toBe(403);
  expect(await first.json()).toMatchObject({ detail: expect.stringContaining("open") });
  expect(world.queue.messages).toEqual([]);
  expect((await stranger.tweetsOf(stranger)).ids).toEqual([]);
  await author.follows(stranger);
  expect((await stranger.fetch("/2/tweets", { json, idempotencyKey: "k" })).status).toBe(201);
});

test("subscribers and verified are refused with 422, anything else with 400, and nothing is posted", async () => {
  for (const [reply_settings, status] of [
    ["subscribers", 422],
    ["verified", 422],
    ["friends", 400],
    [1, 400],
  ] as const) {
    const answer = await author.fetch("/2/tweets", { json: { text: "hello", reply_settings } });
    expect(answer.status).toBe(status);
  }
  expect((await author.tweetsOf(author)).ids).toEqual([]);
});

test("where it cannot be said whether one may answer, nothing is posted and the answer is 503", async () => {
  const open = await author.posts("friends only", { reply_settings: "following" });
  const reply = await friend.replies(open);
  world.faults.shard(0, "error");
  expect(await answering(friend, reply)).toBe(503);
  world.faults.none();
  world.advance(10);
  expect(await answering(friend, reply)).toBe(201);
});
