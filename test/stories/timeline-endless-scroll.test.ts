import { beforeEach, describe, expect, test } from "vitest";
import { plantTweets } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

/** TIMELINE_ENTRIES_MAX of the project. */
const KEPT = 800;
const EACH = 500;

let world: World;
let alice: Person;
let carol: Person;
let bob: Person;
/** Both authors' tweets, newest first. */
let all: string[];

beforeEach(async () => {
  world = await newWorld();
  [alice, carol, bob] = await world.registerAll("alice", "carol", "bob");
  const from = world.now() - EACH * 10_000;
  const tweets = await Promise.all([
    plantTweets(world, alice, { count: EACH, from, every: 10_000 }),
    plantTweets(world, carol, { count: EACH, from: from + 5_000, every: 10_000 }),
  ]);
  all = tweets.flat().sort().reverse();
  await bob.follows(alice, carol);
  await world.drain();
});

const authorOf = (id: string): Person => (all.indexOf(id) % 2 === 0 ? carol : alice);
const without = (gone: readonly string[]) => all.filter((id) => !gone.includes(id));

/** Compares without printing a thousand ids. */
function expectSame(found: readonly string[], wanted: readonly string[]): void {
  const at = wanted.findIndex((id, index) => found[index] !== id);
  expect({ length: found.length, differsAt: at }).toEqual({ length: wanted.length, differsAt: -1 });
}

async function floorOf(person: Person): Promise<string> {
  const range = { before: "9".repeat(19), since: "0".repeat(19), count: 1 };
  const home = await person.isolate.env.HOME_TIMELINE.getByName(person.id).read(range);
  if (home.state === "cold") throw new Error("the timeline is cold");
  return home.floor;
}

describe("scrolling past what a timeline keeps", () => {
  test.each([100, 33])("shows every tweet once, in pages of %i, and ends", async (size) => {
    expectSame(await bob.wholeHome(size), all);
    expect(await floorOf(bob), "the story crosses the floor").toBe(String(BigInt(all[KEPT - 1] ?? 0) - 1n));
  });

  test("reads the store only below the floor", async () => {
    let token: string | undefined;
    const asked: number[] = [];
    for (let page = 0; page < EACH / 50; page += 1) {
      world.meter.reset();
      const answer = await bob.home({ max_results: 100, pagination_token: token });
      token = answer.meta.next_token;
      asked.push(world.meter.sql.filter(({ text }) => text.includes('FROM "following"')).length);
    }
    expect(asked.slice(1, 7)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(asked.slice(8)).toEqual([1, 1]);
  });

  test("has no gap where tweets on both sides of the seam were deleted, told or not", async () => {
    await bob.home();
    const gone = all.slice(KEPT - 6, KEPT + 6);
    for (const id of gone) await authorOf(id).deletes({ id });
    world.advance(6);
    expectSame(await bob.wholeHome(50), without(gone));
    await world.drain();
    expectSame(await bob.wholeHome(50), without(gone));
    expectSame(await bob.wholeHome(7), without(gone));
  });

  test("has no gap where a whole page above the floor, and one below, is gone", async () => {
    await bob.home();
    const gone = [...all.slice(KEPT - 70, KEPT - 1), ...all.slice(KEPT + 1, KEPT + 60)];
    for (const id of gone) await authorOf(id).deletes({ id });
    await world.drain();
    world.advance(6);
    expectSame(await bob.wholeHome(20), without(gone));
  });

  test("shows nothing of somebody unfollowed, below the floor neither", async () => {
    await bob.home();
    await bob.unfollows(carol);
    await world.drain();
    const alices = all.filter((id) => authorOf(id) === alice);
    expectSame(await bob.wholeHome(100), alices);
    await bob.follows(carol);
    await world.drain();
    expectSame(await bob.wholeHome(100), all);
  });

  test("goes on without gap or repeat for a client in the middle of it while new tweets are pushed and old ones trimmed", async () => {
    const first = await bob.home({ max_results: 100 });
    for (let index = 0; index < 130; index += 1) {
      await alice.posts(`while bob scrolls ${index}`);
      if (index % 40 === 39) await world.drain();
    }
    await world.drain();
    const [seam = ""] = all.slice(KEPT);
    expect(BigInt(await floorOf(bob)), "the floor rose").toBeGreaterThan(BigInt(seam));
    const rest = await bob.wholeList(`/2/users/${bob.id}/timelines/reverse_chronological`, 100, {
      until_id: first.meta.oldest_id,
    });
    expectSame([...first.ids, ...rest], all);
  });

  test("keeps since_id as its end, above the seam and below", async () => {
    const path = `/2/users/${bob.id}/timelines/reverse_chronological`;
    expectSame(await bob.wholeList(path, 100, { since_id: all[KEPT - 50] }), all.slice(0, KEPT - 50));
    expectSame(await bob.wholeList(path, 100, { since_id: all[KEPT + 50] }), all.slice(0, KEPT + 50));
    expectSame(await bob.wholeList(path, 100, { until_id: all[KEPT + 50] }), all.slice(KEPT + 51));
  });
});
