import { expect, it } from "vitest";
import { newWorld } from "../support/world.ts";

it("brings a tweet to a follower's home", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  await bob.follows(alice);
  await world.drain();
  const tweet = await alice.posts("hello");
  expect((await alice.home()).ids).toEqual([tweet.id]);
  await world.drain();
  expect((await bob.home()).ids).toEqual([tweet.id]);
  await alice.deletes(tweet);
  expect((await alice.home()).ids).toEqual([]);
  await world.drain();
  expect((await bob.home()).ids).toEqual([]);
});
