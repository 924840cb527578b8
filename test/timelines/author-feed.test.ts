import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { Coalesced } from "../../durable-objects/coalesced.ts";
import { feedKey, PULL_LIST_KEY, type Feed } from "../../durable-objects/feed.ts";
import { databaseOf, plantTweets } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

/** FEED_ENTRIES_MAX of the project. */
const FEED_ENTRIES = 200;

const feedOf = async (author: Person) => await env.FEEDS.get<Feed>(feedKey(author.id), "json");

/** Work in the test's hand: each run reads `committed` when it begins and publishes it when it is let go. */
function heldWork() {
  const state = { committed: 0, published: -1, runs: 0 };
  const waiting: (() => void)[] = [];
  const coalesced = new Coalesced(async () => {
    state.runs += 1;
    const seen = state.committed;
    await new Promise<void>((resolve) => waiting.push(resolve));
    state.published = seen;
  }, 0);
  const letGo = async () => {
    while (waiting.length === 0) await Promise.resolve();
    waiting.shift()?.();
  };
  return { state, coalesced, letGo };
}

test("refreshes that are asked for at once share a run", async () => {
  const { state, coalesced, letGo } = heldWork();
  const asked = Array.from({ length: 20 }, () => coalesced.run());
  await letGo();
  await Promise.all(asked);
  expect(state.runs).toBe(1);
});

test("a refresh that began before a commit does not stand for one asked for after it", async () => {
  const { state, coalesced, letGo } = heldWork();
  state.committed = 1;
  const before = coalesced.run();
  while (state.runs === 0) await Promise.resolve();
  state.committed = 2; // the first run has read already
  const after = [coalesced.run(), coalesced.run()];
  await letGo();
  await before;
  expect(state.published).toBe(1);
  await letGo();
  await Promise.all(after);
  expect(state).toEqual({ committed: 2, published: 2, runs: 2 });
});

test("a run that fails tells whoever asked, and the next one works", async () => {
  let runs = 0;
  const coalesced = new Coalesced(async () => {
    runs += 1;
    if (runs === 1) throw new Error("KV is down");
  }, 0);
  const outcomes = await Promise.allSettled([coalesced.run(), coalesced.run()]);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(["rejected", "rejected"]);
  await coalesced.run();
  expect(runs).toBe(2);
});

async function authorOf(world: World, tweets: number): Promise<{ author: Person; ids: string[] }> {
  const author = await world.register("author");
  const ids = await plantTweets(world, author, {
    count: tweets,
    from: world.now() - tweets * 1_000,
    every: 1_000,
    tier: "pull",
  });
  return { author, ids };
}

test("thirty refreshes of one author at once are two KV writes at most, and the last commit is in what they leave", async () => {
  const world = await newWorld();
  const { author, ids } = await authorOf(world, 3);
  world.meter.reset();
  const feed = env.AUTHOR_FEED.getByName(author.id);
  await Promise.all(Array.from({ length: 30 }, () => feed.refresh()));
  expect(world.meter.kv.writes).toBeLessThanOrEqual(2);
  expect((await feedOf(author))?.entries.map((entry) => entry.id)).toEqual(ids);
});

test("a feed is a whole snapshot of standing tweets, complete above its floor", async () => {
  const world = await newWorld();
  const { author, ids } = await authorOf(world, FEED_ENTRIES + 20);
  const feed = env.AUTHOR_FEED.getByName(author.id);
  await feed.refresh();
  const last = ids[FEED_ENTRIES - 1] ?? "0";
  const plain = (id: string) => ({ id, tweetId: id, authorId: author.id, actorId: author.id });
  const entries = ids.map(plain);
  expect(await feedOf(author)).toEqual({
    v: 2,
    entries: entries.slice(0, FEED_ENTRIES),
    floor: String(BigInt(last) - 1n),
  });
  const gone = "UPDATE tweets SET deleted_at = 1 WHERE id >= ? AND author_id = ?";
  await databaseOf(world, author.id)
    .prepare(gone)
    .bind(ids[29] ?? "", author.id)
    .run();
  await feed.refresh();
  expect(await feedOf(author)).toEqual({ v: 2, entries: entries.slice(30), floor: "0".repeat(19) });
});

test("the list of pull authors is the shards' own, each time anew", async () => {
  const world = await newWorld();
  const [one, other] = [await world.register("one", { shard: 0 }), await world.register("other", { shard: 1 })];
  const listed = async (person: Person, state: 0 | 1) => {
    const write =
      "INSERT INTO authors (user_id, pull_listed) VALUES (?, ?) ON CONFLICT DO UPDATE SET pull_listed = excluded.pull_listed";
    await databaseOf(world, person.id).prepare(write).bind(person.id, state).run();
    await env.PULL_LIST.getByName("pull-authors").refresh();
    return await env.FEEDS.get<string[]>(PULL_LIST_KEY, "json");
  };
  expect(await listed(one, 1)).toEqual([one.id]);
  expect(await listed(other, 1)).toEqual([one.id, other.id]);
  expect(await listed(one, 0)).toEqual([other.id]);
});
