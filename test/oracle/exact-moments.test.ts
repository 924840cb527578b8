import { expect, it, onTestFinished } from "vitest";
import { newWorld, type Person, type World } from "../support/world.ts";
import { passTime, releaseTheClock, stopTheClock } from "./time.ts";

/** What needs exact moments, which chance rarely finds, stands here by itself. */
const PULL_OVERLAP_MS = 11 * 60_000;
const HOUR = 3_600_000;

/** A world whose `star` is a pull author with five followers, the first of them `reader`, who has read home. */
async function pulledStar(): Promise<{ world: World; star: Person; reader: Person; others: Person[] }> {
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
  return { world, star, reader, others };
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

it("an author who leaves the pull list takes no tweet along, whatever the author deletes afterwards", async () => {
  const { world, star, reader, others } = await pulledStar();
  const pulledOnly = await star.posts("pulled only");
  await world.drain();
  passTime(HOUR);
  for (const one of others.slice(0, 2)) await one.unfollows(star);
  await world.drain();
  passTime(29 * HOUR);
  for (const one of others) await one.home();
  const sent = [];
  for (let i = 0; i < 14; i += 1) {
    sent.push(await star.posts(`n ${i}`));
    await world.drain();
  }
  for (const one of sent.slice(0, 8)) await star.deletes(one);
  await world.drain();
  passTime(200_000);
  expect(await reader.wholeHome()).toContain(pulledOnly.id);
});
