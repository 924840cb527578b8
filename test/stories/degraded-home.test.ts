import { beforeEach, describe, expect, test, vi } from "vitest";
import { plantTweets } from "../support/planting.ts";
import { DAY, heldBy } from "../support/timelines.ts";
import { newWorld, type Page, type Person, type World } from "../support/world.ts";

// Many steps, or waits that a feed object makes of its own: a busy machine needs longer than the default.
vi.setConfig({ testTimeout: 120_000 });

/** No breaker and no content cache: each read meets the fault itself. The deadline is far above what a sound call takes. */
const VARS = {
  READ_DEADLINE_MS: "400",
  BREAKER_FAILURES: "100000",
  CONTENT_CACHE_ENTRIES: "0",
  ACCESS_TOKEN_SECONDS: "100000000",
};

let world: World;
let reader: Person;
/** In the reader's database, and in the other one. */
let near: Person;
let far: Person;
/** Newest first, by turns. */
let all: string[];
let nears: string[];
let fars: string[];

beforeEach(async () => {
  world = await newWorld({ vars: VARS });
  [reader, near] = [await world.register("reader", { shard: 0 }), await world.register("near", { shard: 0 })];
  far = await world.register("far", { shard: 1 });
  await reader.follows(near, far);
  await world.drain();
  await reader.home();
  nears = [];
  fars = [];
  for (let index = 0; index < 6; index += 1) {
    nears.unshift((await near.posts(`near ${index}`)).id);
    fars.unshift((await far.posts(`far ${index}`)).id);
  }
  all = [...nears, ...fars].sort().reverse();
  await world.drain();
  world.advance(10); // behind what is not settled yet
});

/** What a client that polls knows: `since` only rises to what an answer's newest_id says. */
function expectNothingSkipped(page: Page, leftOut: readonly string[]): void {
  if (page.meta.newest_id === undefined) return;
  for (const id of leftOut) expect(BigInt(page.meta.newest_id)).toBeLessThan(BigInt(id));
}

const homePath = () => `/2/users/${reader.id}/timelines/reverse_chronological`;

describe.each(["error", "hang"] as const)("a home read where what fails answers with: %s", (fault) => {
  test("another's shard: the rest comes, meta names the shard, and a polling client gets the rest after recovery", async () => {
    world.faults.shard(1, fault);
    const page = await reader.home();
    expect(page.ids).toEqual(nears);
    expect(page.meta.degraded).toEqual(["shard:1"]);
    expect(page.meta.newest_id, "the oldest left out bounds it").toBe(String(BigInt(fars.at(-1) ?? 0) - 1n));
    world.faults.none();
    const later = await reader.home({ since_id: page.meta.newest_id, max_results: 100 });
    expect(later.ids).toEqual(expect.arrayContaining(fars));
    expect(later.meta.degraded).toBeUndefined();
  });

  test("another's shard while paging: next_token goes on, and resumes whole after recovery", async () => {
    world.faults.shard(1, fault);
    const first = await reader.home({ max_results: 2 });
    expect(first.ids).toEqual(nears.slice(0, 2));
    const second = await reader.home({ max_results: 2, pagination_token: first.meta.next_token });
    expect(second.ids).toEqual(nears.slice(2, 4));
    world.faults.none();
    const third = await reader.home({ pagination_token: second.meta.next_token });
    expect(third.ids).toEqual(all.slice(all.indexOf(nears[3] ?? "") + 1));
  });

  test("another's shard, with hundreds of its tweets on top: the page is not empty while the store has others", async () => {
    const more = await plantTweets(world, far, { count: 300, from: world.now() - 3_000, every: 10 });
    await world.isolate.env.HOME_TIMELINE.getByName(reader.id).push({
      entries: more.map((id) => ({ id, tweetId: id, authorId: far.id, actorId: far.id })),
    });
    world.faults.shard(1, fault);
    const page = await reader.home({ max_results: 4 });
    expect(page.ids).toEqual(nears.slice(0, 4));
    expectNothingSkipped(page, more);
  });

  test("the timeline object: everything comes from the store, and meta says so", async () => {
    world.faults.timelineObject(fault);
    const page = await reader.home();
    expect(page.ids).toEqual(all);
    expect(page.meta.degraded).toEqual(["timeline"]);
    const first = await reader.home({ max_results: 5 });
    const rest = await reader.home({ pagination_token: first.meta.next_token });
    expect([...first.ids, ...rest.ids]).toEqual(all);
  });

  test("the timeline object of one who writes: the post is answered, shown by the store, and heals by its own fan-out", async () => {
    world.faults.timelineObject(fault, { only: /push|read/ });
    const own = await reader.posts("mine");
    expect((await reader.home()).ids).toEqual([own.id, ...all]);
    world.faults.none();
    expect(await heldBy(reader)).not.toContain(own.id);
    await world.drain();
    expect(await heldBy(reader)).toEqual([own.id, ...all]);
  });

  test("the reader's own shard: what was pushed still comes", async () => {
    world.faults.shard(0, fault);
    const page = await reader.home();
    expect(page.ids).toEqual(fars);
    expect(page.meta.degraded).toEqual(["shard:0"]);
    expectNothingSkipped(page, nears);
  });

  test("the reader's own shard on the day of return: what was pushed comes now, what was missed after recovery", async () => {
    world.advance(3 * DAY);
    const missed = await plantTweets(world, far, {
      count: 2,
      from: world.now() - 60_000,
      every: 1_000,
      tier: "active",
    });
    world.faults.shard(0, fault);
    const page = await reader.home();
    expect(page.ids).toEqual(fars);
    expectNothingSkipped(page, [...missed, ...nears]);
    world.faults.none();
    const later = await reader.home({ since_id: page.meta.newest_id });
    expect(later.ids).toEqual(expect.arrayContaining([...missed, ...nears]));
  });

  test("the timeline object and another's shard: what the store can still give", async () => {
    world.faults.timelineObject(fault);
    world.faults.shard(1, fault);
    const page = await reader.home();
    expect(page.ids).toEqual(nears);
    expect(page.meta.degraded).toEqual(expect.arrayContaining(["timeline", "shard:1"]));
    expectNothingSkipped(page, fars);
  });

  test("the timeline object and the following list, and only then: 503 with retry-after", async () => {
    world.faults.timelineObject(fault);
    world.faults.shard(0, fault);
    const answer = await reader.fetch(homePath());
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    world.faults.none();
    expect((await reader.home()).ids).toEqual(all);
  });

  test("a cold timeline and another's shard: what is left comes, and no part is kept as if it were whole", async () => {
    const newcomer = await world.register("newcomer", { shard: 0 });
    await newcomer.follows(near, far);
    await world.drain();
    world.faults.shard(1, fault);
    const page = await newcomer.home();
    expect(page.ids).toEqual(nears);
    expect(page.meta.degraded).toEqual(["shard:1"]);
    expectNothingSkipped(page, fars);
    world.faults.none();
    expect(await newcomer.wholeHome(5)).toEqual(all);
  });

  test("the timeline object in the middle of a rebuild or a return: never a 5xx", async () => {
    const newcomer = await world.register("newcomer", { shard: 0 });
    await newcomer.follows(near, far);
    await world.drain();
    world.faults.timelineObject(fault, { only: /merge/ });
    const rebuilt = await newcomer.home();
    expect(rebuilt.ids).toEqual(all);
    expect(rebuilt.meta.degraded).toEqual(["timeline"]);
    world.advance(3 * DAY);
    const returned = await reader.home();
    expect(returned.ids).toEqual(all);
    expect(returned.meta.degraded).toEqual(["timeline"]);
  });

  test("the store below the floor: the page ends there for now, and its token resumes without a gap", async () => {
    const written = await plantTweets(world, far, { count: 900, from: world.now() - 2_000_000, every: 1_000 });
    const scroller = await world.register("scroller", { shard: 0 });
    await scroller.follows(far);
    await world.drain();
    const found = (await scroller.home({ max_results: 100 })).ids;
    let token = (await scroller.home({ max_results: 100 })).meta.next_token;
    for (let page = 0; page < 6; page += 1) {
      const next = await scroller.home({ max_results: 100, pagination_token: token });
      found.push(...next.ids);
      token = next.meta.next_token;
    }
    world.faults.shard(0, fault, { only: /"following"/ });
    const seam = await scroller.home({ max_results: 100, pagination_token: token });
    const stuck = await scroller.home({ max_results: 100, pagination_token: seam.meta.next_token });
    expect(stuck.meta.degraded).toEqual(["shard:0"]);
    expect(stuck.ids).toEqual([]);
    world.faults.none();
    found.push(...seam.ids);
    for (token = stuck.meta.next_token; token !== undefined;) {
      const next = await scroller.home({ max_results: 100, pagination_token: token });
      found.push(...next.ids);
      token = next.meta.next_token;
    }
    const wanted = [...fars, ...written].sort().reverse();
    expect(found.length).toBe(wanted.length);
    expect(found.every((id, index) => id === wanted[index])).toBe(true);
  });
});

describe("while a shard is down", () => {
  test("users of other shards post, follow each other and read, and everything is delivered after recovery", async () => {
    world.faults.shard(1, "error");
    expect((await far.fetch("/2/tweets", { json: { text: "not now" } })).status).toBe(503);
    const tweet = await near.posts("unimpressed");
    expect((await near.home()).ids[0]).toBe(tweet.id);
    const neighbour = await world.register("neighbour", { shard: 0 });
    await neighbour.follows(near);
    const page = await near.tweetsOf(near);
    expect(page.meta.degraded).toBeUndefined();
    await world.drain({ failing: "lose" });
    expect((await reader.home({ max_results: 1 })).ids).toEqual([tweet.id]);
    world.faults.none();
    await world.settle();
    expect(await reader.wholeHome()).toEqual([tweet.id, ...all]);
    expect((await neighbour.home()).ids).toEqual([tweet.id, ...nears]);
  });

  test("a look-up says which tweets it could not read, and a profile of that shard is a 503 with retry-after", async () => {
    world.faults.shard(1, "error");
    const [nearest = "", farthest = ""] = [nears[0], fars[0]];
    const found = await reader.asks<{ data: { id: string }[]; errors: { resource_id: string; type: string }[] }>(
      `/2/tweets?ids=${nearest},${farthest}`,
    );
    expect(found.data.map((tweet) => tweet.id)).toEqual([nearest]);
    expect(found.errors).toMatchObject([{ resource_id: farthest, type: "about:blank#unavailable" }]);
    for (const path of [`/2/tweets/${farthest}`, `/2/users/${far.id}`, `/2/users/${far.id}/tweets`]) {
      const answer = await reader.fetch(path);
      expect(answer.status, path).toBe(503);
      expect(answer.headers.get("retry-after"), path).not.toBeNull();
    }
  });
});
