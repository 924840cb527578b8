import { expect, test } from "vitest";
import { plantTweets } from "../support/planting.ts";
import { newWorld, type Isolate, type Person, type World } from "../support/world.ts";

const VISIBILITY_CACHE_SECONDS = 5;

function isolatesOf(world: World): { here: Isolate; elsewhere: Isolate } {
  const [here, elsewhere] = world.isolates;
  if (here === undefined || elsewhere === undefined) throw new Error("this story needs two isolates");
  return { here, elsewhere };
}

/** Reads home, profile and the tweet itself, so that the isolate remembers all of it; then proves that it does. */
async function warmUp(reader: Person, tweet: { id: string }, author: { id: string }): Promise<void> {
  const read = async () => {
    expect((await reader.home()).ids).toContain(tweet.id);
    expect((await reader.tweetsOf(author)).ids).toContain(tweet.id);
  };
  await read();
  reader.world.meter.reset();
  await reader.home();
  expect(reader.world.meter.d1.statements, "the isolate's cache is warm").toBe(0);
}

test("one's own tweet is in one's home, profile and lookup before the answer, in every isolate", async () => {
  const world = await newWorld({ isolates: 3 });
  const alice = await world.register("alice");
  for (const isolate of world.isolates) await alice.at(isolate).home();
  const ids: string[] = [];
  for (const isolate of world.isolates) {
    ids.unshift((await alice.at(isolate).posts(`number ${ids.length}`)).id);
    for (const other of world.isolates) {
      const there = alice.at(other);
      expect((await there.home()).ids).toEqual(ids);
      expect((await there.tweetsOf(alice)).ids).toEqual(ids);
      await there.asks(`/2/tweets/${ids[0]}`);
    }
  }
  expect(world.queue.of("dunlin-events"), "nothing of it came by a queue").toHaveLength(3);
});

test("one's own deletion is gone at once from home, profile and lookup of another isolate with warm caches", async () => {
  const world = await newWorld({ isolates: 2 });
  const { elsewhere } = isolatesOf(world);
  const alice = await world.register("alice");
  const kept = await alice.posts("kept");
  const tweet = await alice.posts("soon gone");
  const there = alice.at(elsewhere);
  await warmUp(there, tweet, alice);
  await alice.deletes(tweet);
  expect((await there.home()).ids).toEqual([kept.id]);
  expect((await there.tweetsOf(alice)).ids).toEqual([kept.id]);
  expect((await there.fetch(`/2/tweets/${tweet.id}`)).status).toBe(404);
  const many = await there.asks<{ errors: { resource_id: string }[] }>(`/2/tweets?ids=${tweet.id},${kept.id}`);
  expect(many.errors.map((error) => error.resource_id)).toEqual([tweet.id]);
});

test("others stop seeing a deleted tweet within VISIBILITY_CACHE_SECONDS, before any event of it is delivered", async () => {
  const world = await newWorld({ isolates: 2 });
  const { elsewhere } = isolatesOf(world);
  const [alice, registered] = await world.registerAll("alice", "bob");
  const bob = registered.at(elsewhere);
  await bob.follows(alice);
  const kept = await alice.posts("kept");
  const tweet = await alice.posts("soon gone");
  await world.drain();
  await warmUp(bob, tweet, alice);
  await alice.deletes(tweet);
  world.advance(VISIBILITY_CACHE_SECONDS);
  expect((await bob.home()).ids).toEqual([kept.id]);
  expect((await bob.tweetsOf(alice)).ids).toEqual([kept.id]);
  expect((await bob.fetch(`/2/tweets/${tweet.id}`)).status).toBe(404);
  expect(world.queue.of("dunlin-events")).toHaveLength(1);
  await world.drain();
  expect((await bob.home()).ids).toEqual([kept.id]);
});

test("a deletion reaches an isolate that has been silent for longer than the log is trusted", async () => {
  const world = await newWorld({
    isolates: 2,
    vars: { CONTENT_CACHE_SECONDS: "100000", ACCESS_TOKEN_SECONDS: "100000" },
  });
  const { elsewhere } = isolatesOf(world);
  const [alice, registered] = await world.registerAll("alice", "bob");
  const bob = registered.at(elsewhere);
  await bob.follows(alice);
  const tweet = await alice.posts("soon gone");
  await world.drain();
  await warmUp(bob, tweet, alice);
  await alice.deletes(tweet);
  world.advance(3 * 3600);
  await world.sweep(); // prunes the log
  expect((await bob.fetch(`/2/tweets/${tweet.id}`)).status).toBe(404);
  expect((await bob.home()).ids).toEqual([]);
});

test("a new name shows at once to whoever changed it, and to others within VISIBILITY_CACHE_SECONDS", async () => {
  const world = await newWorld({ isolates: 2 });
  const { elsewhere } = isolatesOf(world);
  const [alice, registered] = await world.registerAll("alice", "bob");
  const bob = registered.at(elsewhere);
  await bob.follows(alice);
  const tweet = await alice.posts("who am I?");
  await world.drain();
  await warmUp(bob, tweet, alice);
  const nameFor = async (reader: Person) => {
    const path = `/2/users/${reader.id}/timelines/reverse_chronological?expansions=author_id`;
    return (await reader.asks<{ includes: { users: { name: string }[] } }>(path)).includes.users[0]?.name;
  };
  expect(await nameFor(bob)).toBe(alice.username);
  await alice.asks("/2/users/me", { method: "PATCH", json: { name: "Alice Anew" } });
  expect(await nameFor(alice)).toBe("Alice Anew");
  world.advance(VISIBILITY_CACHE_SECONDS);
  expect(await nameFor(bob)).toBe("Alice Anew");
  const lookup = await bob.asks<{ includes: { users: { name: string }[] } }>(
    `/2/tweets/${tweet.id}?expansions=author_id`,
  );
  expect(lookup.includes.users).toMatchObject([{ name: "Alice Anew" }]);
});

test("below what a timeline keeps, too, one's own retweet of a tweet goes with it, where another isolate remembers both", async () => {
  const world = await newWorld({ isolates: 2 });
  const { elsewhere } = isolatesOf(world);
  const alice = await world.register("alice");
  const tweet = await alice.posts("mine, and retweeted by me");
  await alice.retweets(tweet);
  await world.drain();
  const count = elsewhere.runtime.limits.TIMELINE_ENTRIES_MAX + 5;
  const newer = await plantTweets(world, alice, { count, from: world.now() + 1_000, every: 10 });
  world.advance(60);
  const before = await alice.at(elsewhere).wholeHome(100);
  expect(before).toHaveLength(newer.length + 1);
  await alice.deletes(tweet);
  expect(await alice.at(elsewhere).wholeHome(100)).toEqual(before.slice(0, newer.length));
});
