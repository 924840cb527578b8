import { expect, it, onTestFinished } from "vitest";
import { newWorld, type Person, type World } from "../support/world.ts";
import { passTime, releaseTheClock, stopTheClock } from "./time.ts";

/** What needs exact moments, which chance rarely finds, stands here by itself. */
const PULL_OVERLAP_MS = 11 * 60_000;

/** A world whose `star` is a pull author with five followers, the first of them `reader`, who has read home. */
async function pulledStar(): Promise<{ world: World; star: Person; reader: Person }> {
  stopTheClock();
  onTestFinished(releaseTheClock);
  const world = await newWorld();
  const [star, reader, ...others] = await world.registerAll("star", "reader", "b", "c", "d", "e");
  for (const one of [reader, ...others]) await one.follows(star);
  await world.drain();
  await star.posts("the first");
  await world.drain();
  passTime(PULL_OVERLAP_MS);
  await reader.home();
  return { world, star, reader };
}

it("a client that polls misses nothing that a stale feed, remembered for as long as may be, still hides", async () => {
  const { world, star, reader } = await pulledStar();
  world.faults.kvStale(60);
  passTime(100_000);
  const before = await reader.home();
  const late = await star.posts("late");
  passTime(1_400);
  await world.drain();
  // KV answers what it held a minute ago, just before the tweet was there; the isolate remembers that for 30 s.
  passTime(59_600);
  await reader.home();
  passTime(29_500);
  await reader.posts("something newer");
  const polled = await reader.home({ since_id: before.meta.newest_id });
  expect(polled.ids).not.toContain(late.id);
  passTime(100_000);
  expect((await reader.home({ since_id: polled.meta.newest_id })).ids).toContain(late.id);
});
