import { beforeAll, describe, expect, test } from "vitest";
import { plantTweets } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

const TWEETS = 30;
const MINUTE = 60_000;

let world: World;
let alice: Person;
let bob: Person;
/** Newest first, a minute apart. */
let ids: string[];
/** Unix milliseconds of the oldest. */
let begin: number;

beforeAll(async () => {
  world = await newWorld();
  [alice, bob] = await world.registerAll("alice", "bob");
  begin = world.now() - TWEETS * MINUTE;
  ids = await plantTweets(world, alice, { count: TWEETS, from: begin, every: MINUTE });
  await bob.follows(alice);
  await world.drain();
});

const homeOf = (person: Person) => `/2/users/${person.id}/timelines/reverse_chronological`;
const lists = [
  ["home", () => homeOf(bob)],
  ["user timeline", () => `/2/users/${alice.id}/tweets`],
] as const;

/** ISO time of the tweet that is `age` from the newest, and so many milliseconds later. */
const timeOf = (age: number, later = 0): string => new Date(begin + (TWEETS - 1 - age) * MINUTE + later).toISOString();
const idAt = (age: number): string => ids[age] ?? "";

describe.each(lists)("%s", (_name, path) => {
  test("gives 20 unless asked, newest first, with how many, the newest and the oldest of them", async () => {
    const page = await bob.page(path());
    expect(page.ids).toEqual(ids.slice(0, 20));
    expect(page.meta).toMatchObject({ result_count: 20, newest_id: idAt(0), oldest_id: idAt(19) });
  });

  test.each([1, 7, 10, 29, 30, 100])("is whole in pages of %i, and ends without a token", async (size) => {
    expect(await bob.wholeList(path(), size)).toEqual(ids);
  });

  test.each(["0", "101", "-1", "1.5", "abc"])("refuses max_results=%s with a 400 that names it", async (asked) => {
    const answer = await bob.fetch(`${path()}?max_results=${asked}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining("max_results") });
  });

  test("keeps since_id and until_id out of the answer, and pages between them", async () => {
    expect((await bob.page(path(), { since_id: idAt(5) })).ids).toEqual(ids.slice(0, 5));
    expect((await bob.page(path(), { until_id: idAt(5) })).ids).toEqual(ids.slice(6, 26));
    expect(await bob.wholeList(path(), 3, { since_id: idAt(20), until_id: idAt(5) })).toEqual(ids.slice(6, 20));
    expect(await bob.wholeList(path(), 7, { since_id: idAt(20), until_id: idAt(5) })).toEqual(ids.slice(6, 20));
  });

  test("begins with start_time and ends before end_time", async () => {
    expect(await bob.wholeList(path(), 4, { start_time: timeOf(9) })).toEqual(ids.slice(0, 10));
    expect(await bob.wholeList(path(), 4, { start_time: timeOf(9, 1) })).toEqual(ids.slice(0, 9));
    expect(await bob.wholeList(path(), 4, { end_time: timeOf(9) })).toEqual(ids.slice(10));
    expect(await bob.wholeList(path(), 4, { end_time: timeOf(9, 1) })).toEqual(ids.slice(9));
    const both = { start_time: timeOf(12), end_time: timeOf(3), since_id: idAt(10) };
    expect((await bob.page(path(), both)).ids).toEqual(ids.slice(4, 10));
  });

  test("of an empty range has no data, only a count of 0, and no token", async () => {
    for (const query of [
      `since_id=${idAt(0)}`,
      `until_id=${idAt(29)}`,
      `start_time=${timeOf(0)}&end_time=${timeOf(5)}`,
      "until_id=1",
    ]) {
      const home = path() === homeOf(bob) ? { poll_after: expect.any(Number) as number } : {};
      expect(await bob.asks(`${path()}?${query}`), query).toEqual({ meta: { result_count: 0, ...home } });
    }
  });

  test("takes exclude=replies,retweets, and refuses what it does not know", async () => {
    expect((await bob.page(path(), { exclude: "replies,retweets" })).ids).toEqual(ids.slice(0, 20));
    expect((await bob.fetch(`${path()}?exclude=everything`)).status).toBe(400);
  });

  test.each([
    "since_id=abc",
    "until_id=99999999999999999999",
    "start_time=yesterday",
    "end_time=2026-13-01T00:00:00Z",
    "pagination_token=made-up",
  ])("refuses %s with a 400", async (query) => {
    expect((await bob.fetch(`${path()}?${query}`)).status).toBe(400);
  });
});

test("a home with nobody followed and nothing written has no data, only a count of 0", async () => {
  const lonely = await world.register("lonely");
  expect(await lonely.asks(homeOf(lonely))).toEqual({ meta: { result_count: 0, poll_after: 3600 } });
  expect(await lonely.asks(`/2/users/${lonely.id}/tweets`)).toEqual({ meta: { result_count: 0 } });
});

test("the tweets of nobody are a 404", async () => {
  expect((await bob.fetch("/2/users/123456/tweets")).status).toBe(404);
});

test("a client that polls from newest_id misses nothing, though a tweet commits late with a lower id", async () => {
  const [carol, dan, reader] = await world.registerAll("carol", "dan", "reader");
  await reader.follows(carol, dan);
  await world.drain();
  await reader.home();
  const late = world.isolate.runtime.ids.next(0);
  await carol.posts("first to commit");
  await world.drain();
  const seen = await reader.home();
  expect(seen.ids).toHaveLength(1);
  // Dan's was minted before Carol's and commits only now.
  const [lateId] = await plantTweets(world, dan, {
    count: 1,
    from: Number(BigInt(late) >> 22n) + 1288834974657 - 500,
    every: 1,
  });
  const entry = { id: lateId ?? "", tweetId: lateId ?? "", authorId: dan.id, actorId: dan.id };
  await world.isolate.env.HOME_TIMELINE.getByName(reader.id).push({ entries: [entry] });
  expect((await reader.home({ since_id: seen.meta.newest_id })).ids).toContain(lateId);
  world.advance(3);
  const settled = await reader.home();
  expect(settled.meta.newest_id, "once nothing can come below it").toBe(settled.ids[0]);
});

test("mentions page newest first, and a client that polls misses none that is recorded late", async () => {
  const [carol, dan, reader] = await world.registerAll("carol", "dan", "reader");
  const path = `/2/users/${reader.id}/mentions`;
  const early = await carol.posts(`@${reader.username} one`);
  await world.drain();
  const late = await carol.posts(`@${reader.username} two, its event waits`);
  const [waiting] = world.queue.messages;
  world.queue.loseAll();
  const prompt = await dan.posts(`three, @${reader.username}`);
  await world.drain();
  const seen = await reader.page(path);
  expect(seen.ids).toEqual([prompt.id, early.id]);
  if (waiting === undefined) throw new Error("no event was sent");
  world.queue.messages = [waiting];
  await world.drain();
  expect((await reader.page(path, { since_id: seen.meta.newest_id })).ids).toContain(late.id);
  expect(await reader.wholeList(path, 1)).toEqual([prompt.id, late.id, early.id]);
  await carol.deletes(late);
  expect(await reader.wholeList(path, 1)).toEqual([prompt.id, early.id]);
});

test("a profile pages on below what an isolate remembers, though several of a page were just deleted", async () => {
  const author = await world.register("author");
  const written = await plantTweets(world, author, { count: 130, from: begin, every: 1_000 });
  const path = `/2/users/${author.id}/tweets`;
  const first = await bob.page(path, { max_results: 75 });
  expect(first.ids).toEqual(written.slice(0, 75));
  // The remembered list ends with the 25 next; five of them go, so that exactly its rest fills a page of 20.
  for (const id of written.slice(75, 80)) await author.deletes({ id });
  const rest = await bob.wholeList(path, 20, { until_id: written[74] ?? "" });
  expect(rest).toEqual(written.slice(80));
});
