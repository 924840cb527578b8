import { expect, test } from "vitest";
import { plantTweets } from "../support/planting.ts";
import { newWorld, type Person } from "../support/world.ts";

const idsOf = (tweets: readonly { id: string }[]) => tweets.map((tweet) => tweet.id).reverse();

async function postMany(person: Person, count: number): Promise<{ id: string }[]> {
  const tweets: { id: string }[] = [];
  for (let index = 0; index < count; index += 1) tweets.push(await person.posts(`${person.username} ${index}`));
  return tweets;
}

test("a follow brings the author's recent tweets into a timeline that is already in use, an unfollow takes them out", async () => {
  const world = await newWorld();
  const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
  const own = await bob.posts("bob's own");
  await bob.follows(carol);
  const before = await postMany(alice, 3);
  const carols = await postMany(carol, 2);
  await world.drain();
  expect(await bob.wholeHome()).toEqual(idsOf([own, ...carols]));

  await bob.follows(alice);
  expect(await bob.wholeHome(), "the merge is asynchronous").toEqual(idsOf([own, ...carols]));
  await world.drain();
  expect(await bob.wholeHome()).toEqual(idsOf([own, ...before, ...carols]));
  const after = await postMany(alice, 1);
  await world.drain();
  expect(await bob.wholeHome()).toEqual(idsOf([own, ...before, ...carols, ...after]));

  await bob.unfollows(alice);
  await world.drain();
  expect(await bob.wholeHome()).toEqual(idsOf([own, ...carols]));
  await postMany(alice, 1);
  await world.drain();
  expect(await bob.wholeHome()).toEqual(idsOf([own, ...carols]));
});

test("a refollow brings everything back, tweets of the time between included", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  await bob.home();
  await bob.follows(alice);
  const first = await postMany(alice, 2);
  await world.drain();
  await bob.unfollows(alice);
  await world.drain();
  const between = await postMany(alice, 2);
  await world.drain();
  expect(await bob.wholeHome()).toEqual([]);
  await bob.follows(alice);
  await world.drain();
  expect(await bob.wholeHome()).toEqual(idsOf([...first, ...between]));
});

test("a push that arrives after the unfollow does not stay, nor one that arrives between follow and unfollow's events", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  await bob.follows(alice);
  await world.drain();
  await bob.home();
  const tweet = await alice.posts("late");
  const entry = { id: tweet.id, tweetId: tweet.id, authorId: alice.id, actorId: alice.id };
  const [posted] = world.queue.messages;
  await bob.unfollows(alice);
  world.queue.messages = world.queue.messages.filter((message) => message !== posted);
  await world.drain();
  // The fan-out had read its page of followers before the unfollow; its push was slow on the way.
  await world.isolate.env.HOME_TIMELINE.getByName(bob.id).push({ entries: [entry] });
  expect(await bob.wholeHome()).toEqual([]);
  await bob.follows(alice);
  await world.drain();
  expect(await bob.wholeHome()).toEqual([tweet.id]);
});

test("following twice is following once, and unfollowing a stranger changes nothing: no event, no count, no row", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  await bob.follows(alice);
  await world.drain();
  world.meter.reset();
  await bob.follows(alice);
  await alice.unfollows(bob);
  expect(world.queue.messages).toEqual([]);
  expect(world.meter.d1.rowsWritten).toBe(0);
  const counts = async (person: Person) => {
    const { data } = await person.asks<{ data: { public_metrics: object } }>(`/2/users/${person.id}`);
    return data.public_metrics;
  };
  expect(await counts(alice)).toMatchObject({ followers_count: 1, following_count: 0 });
  expect(await counts(bob)).toMatchObject({ followers_count: 0, following_count: 1 });
});

test("oneself, nobody, and one too many cannot be followed, and each refusal says why", async () => {
  const world = await newWorld({ vars: { FOLLOWING_MAX: "1" } });
  const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
  const follow = (target: string) => bob.fetch(`/2/users/${bob.id}/following`, { json: { target_user_id: target } });
  expect((await follow(bob.id)).status).toBe(422);
  expect((await follow("1")).status).toBe(404);
  expect((await follow(alice.id)).status).toBe(200);
  const refused = await follow(carol.id);
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("at most 1") });
  expect((await follow(alice.id)).status, "who is followed already is no new one").toBe(200);
  await bob.unfollows(alice);
  expect((await follow(carol.id)).status).toBe(200);
  const path = `/2/users/${alice.id}/following`;
  expect((await bob.fetch(path, { json: { target_user_id: carol.id } })).status, "another's path").toBe(403);
});

test("an author followed while the timeline is being rebuilt is whole in it, though only the newest are merged", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  const written = await plantTweets(world, alice, { count: 900, from: world.now() - 900_000, every: 1_000 });
  const timeline = world.isolate.env.HOME_TIMELINE.getByName(bob.id);
  const opened = await timeline.read({ before: "9".repeat(19), since: "0".repeat(19), count: 1 });
  if (opened.state !== "cold") throw new Error("bob has not been here before");
  await bob.follows(alice);
  await world.drain(); // the follow's own merge comes while the rebuild is reading
  // The rebuild had read whom bob follows before he followed alice.
  await timeline.merge({
    entries: [],
    follows: new Map(),
    floor: "0".repeat(19),
    seenAt: world.now(),
    basedOn: opened.base,
  });
  expect(await bob.wholeHome()).toEqual(written);
});
