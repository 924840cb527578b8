import { describe, expect, test } from "vitest";
import { newWorld, type Person, type TweetJson } from "../support/world.ts";

interface Has {
  readonly id: string;
}

interface Expanded {
  readonly data: TweetJson;
  readonly includes?: { readonly tweets?: readonly TweetJson[]; readonly users?: readonly Has[] };
}

/** A quote as `person` sees it, with what it quotes. */
const expanded = (person: Person, tweet: Has): Promise<Expanded> =>
  person.asks<Expanded>(`/2/tweets/${tweet.id}?expansions=referenced_tweets.id`);

const quoting = async (person: Person, tweet: Has): Promise<number> =>
  (await person.fetch("/2/tweets", { json: { text: "look", quote_tweet_id: tweet.id } })).status;

const placeholder = (tweet: Has) => ({
  id: tweet.id,
  text: "",
  edit_history_tweet_ids: [tweet.id],
  unavailable: true,
});

describe("a quote", () => {
  test("is a tweet with words of its own that brings the other along, in a conversation of its own", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    await carol.follows(bob);
    await world.drain();
    await carol.home();
    const tweet = await alice.posts("quotable");
    const quote = await bob.quotes(tweet, "how true");
    await world.drain();
    const seen = await expanded(carol, quote);
    expect(seen.data).toMatchObject({
      text: "how true",
      author_id: bob.id,
      conversation_id: quote.id,
      referenced_tweets: [{ type: "quoted", id: tweet.id }],
    });
    expect(seen.data).not.toHaveProperty("in_reply_to_user_id");
    expect(seen.includes?.tweets).toMatchObject([{ id: tweet.id, text: "quotable", author_id: alice.id }]);
    expect((await carol.home()).ids, "it reaches followers as any tweet").toEqual([quote.id]);
    const page = await carol.asks<Omit<Expanded, "data">>(
      `/2/users/${carol.id}/timelines/reverse_chronological?expansions=referenced_tweets.id,referenced_tweets.id.author_id`,
    );
    expect(page.includes).toMatchObject({ tweets: [{ id: tweet.id }], users: [{ id: alice.id }] });
  });

  test("of a retweet quotes its original; of a quote, that quote; of one's own, oneself", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("quotable");
    const retweet = await bob.retweets(tweet);
    const first = await bob.quotes(retweet);
    const second = await alice.quotes(first);
    const own = await alice.quotes(second);
    for (const [quote, of] of [
      [first, tweet],
      [second, first],
      [own, second],
    ] as const) {
      expect((await bob.sees(quote))["referenced_tweets"]).toEqual([{ type: "quoted", id: of.id }]);
    }
  });

  test("of what was deleted, or is hidden from who reads it, shows a placeholder and keeps its own words", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const [tweet, other] = [await alice.posts("soon gone"), await alice.posts("soon hidden")];
    const [ofGone, ofHidden] = [await bob.quotes(tweet, "gone?"), await bob.quotes(other, "hidden?")];
    await alice.deletes(tweet);
    world.advance(6);
    expect(await expanded(carol, ofGone)).toMatchObject({
      data: { text: "gone?", referenced_tweets: [{ type: "quoted", id: tweet.id }] },
      includes: { tweets: [placeholder(tweet)] },
    });
    expect((await expanded(carol, ofHidden)).includes?.tweets).toMatchObject([{ id: other.id, text: "soon hidden" }]);
    await alice.asks(`/2/users/${alice.id}/blocking`, { json: { target_user_id: carol.id } });
    await world.drain();
    expect((await expanded(carol, ofHidden)).includes?.tweets).toEqual([placeholder(other)]);
    await alice.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
    world.advance(6);
    expect((await expanded(bob, ofHidden)).includes?.tweets, "protected since").toEqual([placeholder(other)]);
    expect((await expanded(alice, ofHidden)).includes?.tweets).toMatchObject([{ id: other.id, text: "soon hidden" }]);
    const page = await bob.asks<{ includes: { tweets: TweetJson[] } }>(
      `/2/users/${bob.id}/tweets?expansions=referenced_tweets.id`,
    );
    expect(page.includes.tweets).toEqual([placeholder(other), placeholder(tweet)]);
  });

  test("of what is absent or hidden is a 404, of a protected account's a 403 for its followers; nothing is posted", async () => {
    const world = await newWorld();
    const [alice, bob, carol, dan] = await world.registerAll("alice", "bob", "carol", "dan");
    await bob.follows(alice);
    const [gone, tweet, retweeted] = [await alice.posts("gone"), await alice.posts("kept"), await dan.posts("by dan")];
    const undone = await carol.retweets(retweeted);
    await carol.undoesRetweet(retweeted);
    await alice.deletes(gone);
    for (const id of ["1", "9223372036854775807", bob.id, gone.id, undone.id]) {
      expect(await quoting(bob, { id }), id).toBe(404);
    }
    await alice.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
    expect([await quoting(bob, tweet), await quoting(carol, tweet)]).toEqual([403, 404]);
    expect(await quoting(alice, tweet), "one's own").toBe(201);
    await dan.asks(`/2/users/${dan.id}/blocking`, { json: { target_user_id: bob.id } });
    await world.drain();
    expect(await quoting(bob, retweeted)).toBe(404);
    expect((await bob.tweetsOf(bob)).ids).toEqual([]);
    for (const id of ["x", 5, null]) {
      expect((await bob.fetch("/2/tweets", { json: { text: "look", quote_tweet_id: id } })).status).toBe(400);
    }
  });
});

test("quotes, replies and retweets speak of posts to a client that does", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  const tweet = await alice.posts("quotable");
  const [retweet, quote] = [await bob.retweets(tweet), await bob.quotes(tweet)];
  await world.drain();
  const query = "post.fields=public_metrics,referenced_posts&expansions=referenced_posts,referenced_posts.author_id";
  for (const [{ id }, type] of [
    [retweet, "retweeted"],
    [quote, "quoted"],
  ] as const) {
    const answer = await alice.asks<{ includes: object }>(`/2/tweets/${id}?${query}`);
    expect(answer).toMatchObject({
      data: { id, referenced_posts: [{ type, id: tweet.id }], public_metrics: { repost_count: expect.any(Number) } },
      includes: {
        posts: [{ id: tweet.id, text: "quotable", public_metrics: { repost_count: 1, quote_count: 1 } }],
        users: [{ id: alice.id }],
      },
    });
    expect(JSON.stringify(answer)).not.toMatch(/referenced_tweets|retweet_count/);
    expect(answer.includes).not.toHaveProperty("tweets");
  }
});

describe("the quotes of a tweet", () => {
  test("are listed newest first in pages of any size, without those that are deleted or hidden, replies if asked", async () => {
    const world = await newWorld();
    const [alice, bob, carol, dan] = await world.registerAll("alice", "bob", "carol", "dan");
    const tweet = await alice.posts("quotable");
    const quotes: TweetJson[] = [];
    for (let index = 0; index < 9; index += 1) {
      quotes.unshift(await (index % 3 === 0 ? carol : bob).quotes(tweet, `quote ${index}`));
    }
    const answer = await dan.posts("an answer that quotes", {
      quote_tweet_id: tweet.id,
      reply: { in_reply_to_tweet_id: quotes[0]?.id },
    });
    await world.drain();
    const path = `/2/tweets/${tweet.id}/quote_tweets`;
    const idsOf = (of: readonly Has[]) => of.map(({ id }) => id);
    for (const size of [1, 2, 4, 100]) {
      expect(await dan.wholeList(path, size)).toEqual([answer.id, ...idsOf(quotes)]);
      expect(await dan.wholeList(path, size, { exclude: "replies" })).toEqual(idsOf(quotes));
    }
    const retweet = await dan.retweets(tweet);
    expect(await dan.wholeList(`/2/tweets/${retweet.id}/quote_tweets`)).toEqual([answer.id, ...idsOf(quotes)]);
    const anonymous = await world.isolate.fetch(`${path}?max_results=1`);
    expect(await anonymous.json()).toMatchObject({ data: [{ id: answer.id }], meta: { result_count: 1 } });
    await bob.deletes(quotes[1] ?? tweet);
    await dan.asks(`/2/users/${dan.id}/blocking`, { json: { target_user_id: carol.id } });
    await world.drain();
    world.advance(6);
    const left = quotes.filter((_quote, index) => index !== 1 && (8 - index) % 3 !== 0);
    for (const size of [1, 2, 4, 100]) expect(await dan.wholeList(path, size)).toEqual([answer.id, ...idsOf(left)]);
    await bob.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
    await world.drain();
    world.advance(6);
    expect(await dan.wholeList(path)).toEqual([answer.id]);
    expect(await bob.wholeList(path, 2)).toHaveLength(9);
  });
});
