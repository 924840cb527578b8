import { describe, expect, test } from "vitest";
import { countsOf, FRESH, likedBy, likes } from "../engagement/talk.ts";
import { idsAt, newestFirst } from "../lists/talk.ts";
import { blocks, mutes, protects, unblocks, type UserPage } from "../support/graph.ts";
import { plantUsers, signIn } from "../support/planting.ts";
import { newWorld, type Person, type TweetJson } from "../support/world.ts";

const liked = (user: { id: string }) => `/2/users/${user.id}/liked_tweets`;
const likers = (tweet: { id: string }) => `/2/tweets/${tweet.id}/liking_users`;
const statusOf = async (answer: Promise<Response>): Promise<number> => (await answer).status;

/** Tweets of `author`, oldest first. */
async function postsMany(author: Person, count: number): Promise<TweetJson[]> {
  const tweets: TweetJson[] = [];
  for (let index = 0; index < count; index += 1) tweets.push(await author.posts(`tide ${index}`));
  return tweets;
}

describe("a page of liked tweets", () => {
  test("is in the order of the tweets, not of the likes, and goes on by token to the last", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const tweets = [...(await postsMany(alice, 6)), ...(await postsMany(carol, 5))];
    const wanted = newestFirst(...tweets);
    for (const index of [4, 0, 9, 2, 10, 1, 3, 8, 5, 7, 6]) await likes(bob, tweets[index] ?? { id: "" });
    for (const size of [1, 3, 11, 100]) {
      expect(await likedBy(bob, bob, size)).toEqual(wanted);
      expect(await likedBy(carol, bob, size)).toEqual(wanted);
    }
    const page = await bob.page(liked(bob), { max_results: 4 });
    expect(page.ids).toEqual(wanted.slice(0, 4));
    expect(page.meta).toMatchObject({ result_count: 4, next_token: expect.any(String) });
    expect(await carol.asks(liked(carol))).toEqual({ meta: { result_count: 0 } });
  });

  test("leaves out what is deleted, blocked or protected, and is full all the same; a mute hides nothing there", async () => {
    const world = await newWorld();
    const [alice, bob, carol, dora, reader] = await world.registerAll("alice", "bob", "carol", "dora", "reader");
    const kept: TweetJson[] = [];
    for (let index = 0; index < 9; index += 1) {
      for (const author of [alice, carol, dora]) {
        const tweet = await author.posts(`wave ${index}`);
        await likes(bob, tweet);
        if (author === dora) kept.push(tweet);
      }
      const gone = await dora.posts(`gone ${index}`);
      await likes(bob, gone);
      await dora.deletes(gone);
    }
    await blocks(reader, alice);
    await protects(carol);
    await mutes(reader, dora);
    await world.drain();
    expect(await likedBy(reader, bob, 4)).toEqual(newestFirst(...kept));
    const page = await reader.page(liked(bob), { max_results: 9 });
    expect(page.ids).toHaveLength(9);
    await unblocks(reader, alice);
    expect(await likedBy(reader, bob)).toHaveLength(18);
  });

  test("of a protected account is for itself and its followers, and a block closes it both ways: the reason stands in `errors`", async () => {
    const world = await newWorld();
    const [alice, bob, fan, blocked] = await world.registerAll("alice", "bob", "fan", "blocked");
    const tweet = await alice.posts("a public one");
    await likes(bob, tweet);
    await fan.follows(bob);
    await protects(bob);
    await blocks(blocked, fan);
    await likes(fan, tweet);
    await world.drain();
    const refused = async (person: Person, user: Person) => {
      const { data, meta, errors } = await person.asks<UserPage>(liked(user));
      expect(data).toBeUndefined();
      expect(meta).toEqual({ result_count: 0 });
      expect(errors).toMatchObject([{ type: "about:blank#not-authorized-for-resource", resource_id: user.id }]);
    };
    await refused(alice, bob);
    await refused(blocked, fan);
    await refused(fan, blocked);
    for (const person of [bob, fan]) expect(await likedBy(person, bob)).toEqual([tweet.id]);
    expect(await likedBy(alice, fan)).toEqual([tweet.id]);
    expect(await statusOf(alice.fetch(liked({ id: "1" })))).toBe(404);
    expect(await countsOf(alice, tweet), "who is protected still counts").toMatchObject({ like_count: 2 });
  });

  test("takes fields and expansions, viewer fields for whoever looks", async () => {
    const world = await newWorld({ vars: FRESH });
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const tweet = await alice.posts("with fields");
    await likes(bob, tweet);
    await world.drain();
    const query = "?tweet.fields=viewer,public_metrics&expansions=author_id&user.fields=username";
    const asBob = await bob.asks<{ data: TweetJson[]; includes: { users: { id: string }[] } }>(liked(bob) + query);
    expect(asBob.data).toMatchObject([{ viewer: { liked: true }, public_metrics: { like_count: 1 } }]);
    expect(asBob.includes.users.map((user) => user.id)).toEqual([alice.id]);
    const asCarol = await carol.asks<{ data: TweetJson[] }>(liked(bob) + query);
    expect(asCarol.data).toMatchObject([{ viewer: { liked: false } }]);
  });
});

describe("a page of who likes a tweet", () => {
  test("is in the order of their ids and goes on by token to the last", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const tweet = await alice.posts("liked by many");
    const crowd = await plantUsers(world, 23);
    for (const one of [...crowd.slice(9), ...crowd.slice(0, 9)]) await likes(await signIn(world, one), tweet);
    await world.drain();
    const wanted = newestFirst(...crowd);
    for (const size of [1, 7, 23, 100]) expect(await idsAt(alice, likers(tweet), size)).toEqual(wanted);
    const page = await alice.asks<UserPage>(`${likers(tweet)}?user.fields=viewer`);
    expect(page.data?.[0]?.viewer).toMatchObject({ following: false });
    expect(await alice.asks(likers(await alice.posts("liked by nobody")))).toEqual({ meta: { result_count: 0 } });
  });

  test("leaves out who is blocked either way, and is full all the same", async () => {
    const world = await newWorld();
    const [alice, reader] = await world.registerAll("alice", "reader");
    const tweet = await alice.posts("liked by many");
    const crowd = await plantUsers(world, 30);
    const people = await Promise.all(crowd.map((one) => signIn(world, one)));
    for (const person of people) await likes(person, tweet);
    await world.drain();
    // The newest twenty are hidden, so a page must look far beyond its size.
    const order = newestFirst(...crowd);
    for (const person of people.filter(({ id }) => order.indexOf(id) < 20)) {
      if (order.indexOf(person.id) % 2 === 0) await blocks(reader, person);
      else await blocks(person, reader);
    }
    await world.drain();
    for (const size of [1, 5, 10, 30]) expect(await idsAt(reader, likers(tweet), size)).toEqual(order.slice(20));
    expect(await idsAt(alice, likers(tweet)), "for anybody else nothing changed").toEqual(order);
  });

  test("of a tweet that one may not see is a 404", async () => {
    const world = await newWorld();
    const [alice, bob, blocked] = await world.registerAll("alice", "bob", "blocked");
    const [tweet, gone] = [await alice.posts("for some"), await alice.posts("gone")];
    await likes(bob, tweet);
    await alice.deletes(gone);
    await blocks(alice, blocked);
    await world.drain();
    for (const [person, which] of [
      [blocked, tweet],
      [bob, gone],
      [bob, { id: "1" }],
      [bob, bob],
    ] as const) {
      expect(await statusOf(person.fetch(likers(which)))).toBe(404);
    }
    await protects(alice);
    expect(await statusOf(bob.fetch(likers(tweet)))).toBe(404);
    expect(await idsAt(alice, likers(tweet))).toEqual([bob.id]);
  });
});

test("a token of another list of likes, or a made-up one, is a 400", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  const tweets = await postsMany(alice, 3);
  for (const tweet of tweets) for (const person of [alice, bob]) await likes(person, tweet);
  await world.drain();
  const [one, other] = tweets;
  if (one === undefined || other === undefined) throw new Error("three were posted");
  const paths = [liked(alice), liked(bob), likers(one), likers(other)];
  for (const path of paths) {
    const { meta } = await alice.page(path, { max_results: 1 });
    const token = String(meta.next_token);
    for (const another of paths) {
      const answer = await alice.fetch(`${another}?pagination_token=${token}`);
      expect(answer.status, `${path} to ${another}`).toBe(another === path ? 200 : 400);
    }
  }
  for (const path of paths) expect(await statusOf(alice.fetch(`${path}?pagination_token=abc`))).toBe(400);
});

test("where a shard is down the rest of a page is shown, and named what was left out; without the liker's it is a 503", async () => {
  const world = await newWorld({ vars: FRESH });
  const [here, there] = [await world.register("here", { shard: 0 }), await world.register("there", { shard: 1 })];
  const bob = await world.register("bob", { shard: 0 });
  const tweets = [await here.posts("a"), await there.posts("b"), await here.posts("c")];
  for (const tweet of tweets) await likes(bob, tweet);
  await world.drain();
  world.faults.shard(1, "error");
  const page = await bob.page(liked(bob));
  world.faults.none();
  expect(page.ids).toEqual(newestFirst(...tweets.filter((tweet) => tweet !== tweets[1])));
  expect(page.meta.degraded).toEqual(["shard:1"]);
  world.advance(10);
  expect(await likedBy(bob)).toEqual(newestFirst(...tweets));
  world.faults.shard(0, "error");
  expect((await there.fetch(liked(bob))).status, "who likes what is not known then").toBe(503);
  world.faults.none();
});
