import { expect, test } from "vitest";
import { newWorld } from "./world.ts";

test("a tweet travels from its author to a follower, and every step is counted", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  await bob.follows(alice);
  await world.drain();
  expect(await bob.wholeHome()).toEqual([]);

  world.meter.reset();
  const tweet = await alice.posts("Turning as one");
  expect((await alice.home()).ids).toEqual([tweet.id]);
  expect(world.meter.d1.batches).toBeGreaterThan(0);
  expect(world.meter.d1.rowsWritten).toBeGreaterThan(0);
  expect(world.queue.of("dunlin-events")).toHaveLength(1);

  const drained = await world.drain();
  expect(drained).toMatchObject({ retried: 0, lost: 0 });
  expect(world.meter.objectCalls("HomeTimeline.push")).toBeGreaterThan(0);
  const page = await bob.home({ max_results: 5 });
  expect(page.tweets).toMatchObject([{ id: tweet.id, text: "Turning as one" }]);
  expect(page.meta.result_count).toBe(1);

  await alice.deletes(tweet);
  world.advance(6);
  await world.drain();
  expect(await bob.wholeHome()).toEqual([]);
});

test("messages that come twice, shuffled or not at all change nothing, once the sweep has been round", async () => {
  const world = await newWorld({ isolates: 2 });
  const [alice, bob] = await world.registerAll("alice", "bob");
  let state = 1;
  const random = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  await bob.follows(alice);
  const tweets = [await alice.posts("one"), await alice.posts("two"), await alice.posts("three")];
  await world.settle({ random, repeat: 0.3, drop: 0.3 });
  expect(await bob.wholeHome(2)).toEqual(tweets.map((tweet) => tweet.id).reverse());
  expect(world.queue.messages).toEqual([]);
});

test("what fails says so, and comes back when it is healed", async () => {
  const world = await newWorld({ vars: { READ_DEADLINE_MS: "50" } });
  const alice = await world.register("alice", { shard: 1 });
  world.faults.shard(1, "error");
  expect((await alice.fetch("/2/tweets", { json: { text: "lost?" } })).status).toBeGreaterThanOrEqual(500);
  world.faults.shard(1, null);
  await alice.posts("found");

  world.faults.timelineObject("hang");
  const home = await alice.fetch(`/2/users/${alice.id}/timelines/reverse_chronological`);
  expect(home.status).toBe(200);
  expect(await home.json()).toMatchObject({ meta: { degraded: expect.anything() } });
  world.faults.none();

  world.faults.queueSend("error");
  await alice.posts("unsent");
  expect(world.queue.messages).toHaveLength(1);
  world.faults.queueSend(null);
  world.advance(61);
  await world.sweep();
  expect(world.queue.messages.length).toBeGreaterThan(1);
});
