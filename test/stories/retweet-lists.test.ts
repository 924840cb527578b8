import { describe, expect, test } from "vitest";
import { newWorld, type Person, type TweetJson, type World } from "../support/world.ts";
import { walk, type Has } from "../lists/talk.ts";

const newestFirst = (a: Has, b: Has): number => (BigInt(a.id) < BigInt(b.id) ? 1 : -1);
const idsOf = (all: readonly Has[]): string[] => all.map(({ id }) => id);

async function fansOf(world: World, count: number): Promise<Person[]> {
  const fans: Person[] = [];
  for (let index = 0; index < count; index += 1) fans.push(await world.register("fan"));
  return fans.sort(newestFirst);
}

const statusOf = async (person: Person, path: string): Promise<number> => (await person.fetch(path)).status;

describe("who retweets a tweet", () => {
  test("is listed by account, newest first, in pages of any size, the retweets themselves in the same order", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const tweet = await alice.posts("beloved");
    const fans = await fansOf(world, 9);
    const retweets = await Promise.all(fans.map((fan) => fan.retweets(tweet)));
    await world.drain();
    for (const size of [1, 2, 3, 9, 100]) {
      expect(idsOf(await walk(alice, `/2/tweets/${tweet.id}/retweeted_by`, size))).toEqual(idsOf(fans));
      expect(idsOf(await walk(alice, `/2/tweets/${tweet.id}/retweets`, size))).toEqual(idsOf(retweets));
    }
    const [first] = await walk<TweetJson>(alice, `/2/tweets/${tweet.id}/retweets`);
    expect(first).toMatchObject({ author_id: fans[0]?.id, text: `RT @${alice.username}: beloved` });
  });

  test("can be asked for by a retweet's id, and without an account", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("beloved");
    const retweet = await bob.retweets(tweet);
    await world.drain();
    for (const { id } of [tweet, retweet]) {
      expect(idsOf(await walk(alice, `/2/tweets/${id}/retweeted_by`))).toEqual([bob.id]);
      expect(idsOf(await walk(alice, `/2/tweets/${id}/retweets`))).toEqual([retweet.id]);
      const answer = await world.isolate.fetch(`/2/tweets/${id}/retweeted_by`);
      expect(await answer.json()).toMatchObject({ data: [{ id: bob.id }], meta: { result_count: 1 } });
    }
  });

  test("leaves with the undoing, with a block either way, and is not told where the tweet may not be seen", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const reader = await world.register("reader");
    const tweet = await alice.posts("beloved");
    const [ann, ben, cat] = await world.registerAll("ann", "ben", "cat");
    for (const fan of [ann, ben, cat]) await fan.retweets(tweet);
    await ann.undoesRetweet(tweet);
    await reader.asks(`/2/users/${reader.id}/blocking`, { json: { target_user_id: ben.id } });
    await cat.asks(`/2/users/${cat.id}/blocking`, { json: { target_user_id: reader.id } });
    await world.drain();
    world.advance(6);
    expect(idsOf(await walk(alice, `/2/tweets/${tweet.id}/retweeted_by`))).toEqual([cat.id, ben.id]);
    for (const list of ["retweeted_by", "retweets"]) {
      expect(await reader.asks(`/2/tweets/${tweet.id}/${list}`)).toEqual({ meta: { result_count: 0 } });
    }
    await alice.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
    world.advance(6);
    for (const list of ["retweeted_by", "retweets", "quote_tweets"]) {
      expect(await statusOf(reader, `/2/tweets/${tweet.id}/${list}`)).toBe(404);
      expect(await statusOf(alice, `/2/tweets/${tweet.id}/${list}`)).toBe(200);
    }
    await alice.deletes(tweet);
    for (const list of ["retweeted_by", "retweets", "quote_tweets"]) {
      expect(await statusOf(alice, `/2/tweets/${tweet.id}/${list}`)).toBe(404);
    }
  });

  test("names a protected account that retweets, whose retweet itself is for its followers", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    await carol.follows(bob);
    const tweet = await alice.posts("beloved");
    const retweet = await bob.retweets(tweet);
    await world.drain();
    await bob.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
    await world.drain();
    world.advance(6);
    for (const person of [alice, carol]) {
      expect(idsOf(await walk(person, `/2/tweets/${tweet.id}/retweeted_by`))).toEqual([bob.id]);
    }
    expect(idsOf(await walk(alice, `/2/tweets/${tweet.id}/retweets`))).toEqual([]);
    expect(idsOf(await walk(carol, `/2/tweets/${tweet.id}/retweets`))).toEqual([retweet.id]);
  });

  test("is a 404 for what never was, and a 400 for another list's token or a page of 101", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const [tweet, other] = [await alice.posts("beloved"), await alice.posts("as much")];
    for (const fan of await fansOf(world, 2)) {
      await fan.retweets(tweet);
      await fan.retweets(other);
    }
    await world.drain();
    const { meta } = await alice.page(`/2/tweets/${other.id}/retweeted_by`, { max_results: 1 });
    expect(meta.next_token).toBeDefined();
    for (const list of ["retweeted_by", "retweets", "quote_tweets"]) {
      expect(await statusOf(alice, `/2/tweets/1/${list}`)).toBe(404);
      expect(await statusOf(alice, `/2/tweets/${alice.id}/${list}`)).toBe(404);
      const path = `/2/tweets/${tweet.id}/${list}`;
      expect(await statusOf(alice, `${path}?pagination_token=${encodeURIComponent(meta.next_token ?? "")}`)).toBe(400);
      expect(await statusOf(alice, `${path}?max_results=101`)).toBe(400);
      expect(await statusOf(alice, `/2/tweets/x/${list}`)).toBe(400);
    }
  });
});

describe("one's own tweets that were retweeted", () => {
  const PATH = "/2/users/reposts_of_me";

  test("come newest first, while anybody retweets them, and are nobody else's to ask for", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const tweets: TweetJson[] = [];
    for (let index = 0; index < 8; index += 1) tweets.unshift(await alice.posts(`tweet ${index}`));
    const loved = tweets.filter((_tweet, index) => index % 2 === 0);
    for (const tweet of loved) await bob.retweets(tweet);
    await carol.retweets(loved[1] ?? alice);
    await carol.retweets(await bob.posts("by bob"));
    await world.drain();
    for (const size of [1, 3, 100]) expect(await alice.wholeList(PATH, size)).toEqual(idsOf(loved));
    expect(await carol.wholeList(PATH)).toEqual([]);
    await bob.undoesRetweet(loved[0] ?? alice);
    await bob.undoesRetweet(loved[1] ?? alice);
    await alice.deletes(loved[2] ?? alice);
    await world.drain();
    expect(await alice.wholeList(PATH, 1)).toEqual(idsOf([loved[1], loved[3]].filter((tweet) => tweet !== undefined)));
    expect((await world.isolate.fetch(PATH)).status).toBe(401);
  });

  test("is a 400 with the token of another list", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    for (let index = 0; index < 2; index += 1) await bob.retweets(await alice.posts(`tweet ${index}`));
    await world.drain();
    const { meta } = await alice.page(`/2/users/${bob.id}/tweets`, { max_results: 1 });
    expect(await statusOf(alice, `${PATH}?pagination_token=${encodeURIComponent(meta.next_token ?? "")}`)).toBe(400);
  });
});
