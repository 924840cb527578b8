import { describe, expect, test, vi } from "vitest";
import { becomePullAuthor, SMALL_TIERS } from "../support/timelines.ts";
import { newWorld, type Isolate, type Person, type World } from "../support/world.ts";

// Many steps, or waits that a feed object makes of its own: a busy machine needs longer than the default.
vi.setConfig({ testTimeout: 120_000 });

/** Beyond what an isolate remembers of the list of pull authors and of their feeds. */
const FORGOTTEN_SECONDS = 61;

interface Story {
  world: World;
  star: Person;
  reader: Person;
  up: string;
  /** An isolate that has read nothing yet. */
  fresh: Isolate;
}

async function pullStory(): Promise<Story> {
  const vars = { ...SMALL_TIERS, READ_DEADLINE_MS: "400", BREAKER_FAILURES: "100000" };
  const world = await newWorld({ vars, isolates: 2 });
  const [star, reader] = await world.registerAll("star", "reader");
  await reader.follows(star);
  await world.drain();
  await reader.home();
  const up = await becomePullAuthor(world, star);
  const [, fresh] = world.isolates;
  if (fresh === undefined) throw new Error("two isolates were asked for");
  return { world, star, reader, up, fresh };
}

describe.each(["error", "hang"] as const)("a home read while KV answers with: %s", (fault) => {
  test("gives what is pushed and what is remembered, names the feeds, and skips nothing for a client that polls", async () => {
    const { world, star, reader, up } = await pullStory();
    const known = await star.posts("remembered");
    await world.drain();
    expect((await reader.home()).ids).toEqual([known.id, up]);
    const unknown = await star.posts("not yet read");
    await world.drain();
    const own = await reader.posts("mine");
    world.advance(FORGOTTEN_SECONDS);
    world.faults.kv(fault);
    const page = await reader.home();
    expect(page.ids).toEqual([own.id, known.id, up]);
    expect(page.meta.degraded).toEqual(["feeds"]);
    expect(BigInt(page.meta.newest_id ?? 0)).toBeLessThan(BigInt(unknown.id));
    world.faults.none();
    const later = await reader.home({ since_id: page.meta.newest_id });
    expect(later.ids).toEqual(expect.arrayContaining([unknown.id]));
    expect(later.meta.degraded).toBeUndefined();
  });

  test("is not empty in an isolate that has never read KV, while the store has tweets", async () => {
    const { world, star, reader, up, fresh } = await pullStory();
    const pulled = await star.posts("nobody was pushed this");
    await world.drain();
    world.faults.kv(fault);
    const page = await reader.at(fresh).home({ since_id: up });
    expect(page.ids).toEqual([pulled.id]);
    expect(page.meta.degraded).toEqual(["feeds"]);
    expect((await reader.at(fresh).home()).ids).toEqual([pulled.id, up]);
    world.faults.none();
    world.advance(FORGOTTEN_SECONDS);
    const healed = await reader.at(fresh).home();
    expect(healed.ids).toEqual([pulled.id, up]);
    expect(healed.meta.degraded).toBeUndefined();
  });

  test("of one who follows no pull author is whole", async () => {
    const { world, fresh } = await pullStory();
    const [friend, other] = await world.registerAll("friend", "other");
    await other.follows(friend);
    await world.drain();
    const tweet = await friend.posts("pushed");
    await world.drain();
    world.faults.kv(fault);
    expect((await other.at(fresh).home()).ids).toEqual([tweet.id]);
  });
});

test("KV that fails does not keep a pull author from posting, and the feed is written by the sweep after recovery", async () => {
  const { world, star, reader, up, fresh } = await pullStory();
  world.faults.kv("error");
  const tweet = await star.posts("while KV is down");
  expect((await star.home()).ids[0]).toBe(tweet.id);
  await world.drain({ batches: 1 });
  expect(world.queue.loseAll(), "it failed and would be retried").toBe(1);
  world.faults.none();
  world.advance(100);
  await world.sweep();
  await world.drain();
  expect((await reader.at(fresh).home()).ids).toEqual([tweet.id, up]);
});
