import { beforeEach, describe, expect, test, vi } from "vitest";
import { shardBindings } from "../../workers/lib/context.ts";
import { outboxRows } from "../support/planting.ts";
import { gainFollowers, heldBy } from "../support/timelines.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

vi.setConfig({ testTimeout: 60_000 });

const FIRST = ["dunlin-events", "dunlin-fanout"] as const;
const LATER = ["dunlin-later"] as const;
const STALLED_SECONDS = 8;
const HOUR = 3600;
const VARS = {
  FANOUT_PAGE_SIZE: "3",
  FANOUT_BACKLOG_SECONDS: "5",
  FANOUT_LATER_SECONDS_MAX: "30",
  ACCESS_TOKEN_SECONDS: "10000000",
};

let world: World;
let author: Person;
let here: Person[];
let away: Person[];

/** Six follow the author, in both shards: three were here just now, three some hours ago. */
async function meet(vars: Readonly<Record<string, string>> = {}): Promise<void> {
  world = await newWorld({ vars: { ...VARS, ...vars } });
  // Tests of one file share their databases.
  await Promise.all(shardBindings(world.isolate.env).map((shard) => shard.exec("DELETE FROM outbox")));
  author = await world.register("author");
  const register = (label: string, shard: number) => world.register(label, { shard });
  away = [await register("away", 0), await register("away", 1), await register("away", 0)];
  for (const reader of away) await reader.follows(author);
  await world.drain();
  for (const reader of away) await reader.home();
  world.advance(4 * HOUR);
  here = [await register("here", 1), await register("here", 0), await register("here", 1)];
  for (const reader of here) await reader.follows(author);
  await world.drain();
  for (const reader of here) await reader.home();
}

beforeEach(() => meet());

const held = (readers: readonly Person[]) => Promise.all(readers.map((reader) => heldBy(reader)));
const each = (readers: readonly Person[], ...ids: readonly string[]) => readers.map(() => ids);

async function expectDelivered(...ids: readonly string[]): Promise<void> {
  expect(await held(here)).toEqual(each(here, ...ids));
  expect(await held(away)).toEqual(each(away, ...ids));
  expect(await outboxRows(world)).toEqual([]);
  expect(world.queue.messages).toEqual([]);
}

test("with no backlog nobody waits for anybody", async () => {
  const tweet = await author.posts("in calm weather");
  await world.drain({ only: FIRST });
  await expectDelivered(tweet.id);
});

describe.each([
  ["a small audience", "100"],
  ["an audience of several pages", "3"],
])("after a consumer stood still, with %s", (_name, FANOUT_PAGE_SIZE) => {
  beforeEach(() => meet({ FANOUT_PAGE_SIZE }));

  test("those who are here get it first, and the others when the backlog has passed", async () => {
    const tweet = await author.posts("after the storm");
    world.advance(STALLED_SECONDS);
    await world.drain({ only: FIRST });
    expect(await held(here)).toEqual(each(here, tweet.id));
    expect(await held(away)).toEqual(each(away));
    expect(await outboxRows(world), "it is not forgotten").toHaveLength(1);
    await world.drain({ only: LATER });
    await expectDelivered(tweet.id);
  });

  test("the others wait while there is a backlog, but not longer than the limit says", async () => {
    const tweet = await author.posts("after the storm");
    world.advance(STALLED_SECONDS);
    await world.drain({ only: FIRST });
    const other = await world.register("other");
    await other.posts("this one is stuck");
    world.advance(STALLED_SECONDS);
    const drained = await world.drain({ only: LATER, batches: 3 });
    expect(drained.retried, "held back").toBeGreaterThan(0);
    expect(await held(away)).toEqual(each(away));
    world.advance(30);
    await world.drain({ only: LATER });
    expect(await held(away), "the backlog stands, and yet").toEqual(each(away, tweet.id));
    await world.drain();
    await expectDelivered(tweet.id);
  });

  test("who comes between the two walks has it once in the end, and so has who was here all the time", async () => {
    const tweet = await author.posts("between the two");
    world.advance(STALLED_SECONDS);
    await world.drain({ only: FIRST });
    for (const reader of away) await reader.home();
    await world.drain({ only: LATER });
    await expectDelivered(tweet.id);
    for (const reader of [...here, ...away]) expect(await reader.wholeHome(1)).toEqual([tweet.id]);
  });

  test("a page for the others that is lost comes again with the sweep", async () => {
    const tweet = await author.posts("lost on the way");
    world.advance(STALLED_SECONDS);
    await world.drain({ only: FIRST });
    expect(world.queue.loseAll()).toBeGreaterThan(0);
    world.advance(120);
    await world.sweep();
    await world.drain();
    await expectDelivered(tweet.id);
  });

  test("a deleted tweet leaves all of them at once, and does not come back by a page that waited", async () => {
    const tweet = await author.posts("gone again");
    world.advance(STALLED_SECONDS);
    await world.drain({ only: FIRST });
    await author.deletes(tweet);
    await world.drain({ only: FIRST });
    await world.drain({ only: LATER });
    for (const reader of [...here, ...away]) expect(await reader.wholeHome(1)).toEqual([]);
    expect(await outboxRows(world)).toEqual([]);
  });
});

test("a fan-out that meets the backlog half-way goes on with those who are here, and forgets nobody", async () => {
  await gainFollowers(world, author, 12);
  const tweet = await author.posts("half-way");
  await world.drain({ only: FIRST, batches: 3 });
  expect(world.queue.of("dunlin-fanout").length, "it is under way").toBeGreaterThan(0);
  world.advance(STALLED_SECONDS);
  await world.drain({ only: FIRST });
  expect(await held(here)).toEqual(each(here, tweet.id));
  expect(world.queue.of("dunlin-later").length).toBeGreaterThan(0);
  await world.drain({ only: LATER });
  await expectDelivered(tweet.id);
});

test("pages that come twice, late and in any order under a backlog leave every timeline as once and in order would", async () => {
  const tweets = [await author.posts("one"), await author.posts("two"), await author.posts("three")];
  world.advance(STALLED_SECONDS);
  let seed = 7;
  const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  await world.drain({ random, repeat: 0.4 });
  await expectDelivered(...tweets.map(({ id }) => id).reverse());
});
