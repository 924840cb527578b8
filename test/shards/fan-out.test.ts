import { beforeAll, describe, expect, test } from "vitest";
import { mapConcurrently } from "../../workers/lib/concurrency.ts";
import { outboxRows, plantFollows, plantUsers, signIn, type Planted } from "../support/planting.ts";
import { heldBy } from "../support/timelines.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

/**
 * The same stories at 2 and at 16 databases (projects `workers` and `workers-16-shards`): what a page of a fan-out costs
 * does not grow with either followers or databases.
 */
const FOLLOWERS = 2_500;
/** Of those, who has read their home: making a timeline is what takes time here. Everybody is pushed to. */
const WARM = 250;
const PARAMETERS_MAX = 100;
const MESSAGE_BYTES_MAX = 128_000;
const AT_ONCE = 24;
/** The page of followers, who of them is here, and the report. */
const REQUESTS_A_PAGE = 3;

let world: World;
let author: Person;
let crowd: Planted[];
/** Spread over all of the crowd, so over all pages. */
let warm: Planted[];

beforeAll(async () => {
  // A slow machine is no backlog here: under one a page has another price.
  world = await newWorld({ vars: { ACCESS_TOKEN_SECONDS: "1000000", FANOUT_BACKLOG_SECONDS: "1000000" } });
  author = await world.register("author");
  crowd = await plantUsers(world, FOLLOWERS);
  await plantFollows(world, crowd, [author]);
  warm = crowd.filter((_user, index) => index % (FOLLOWERS / WARM) === 0);
  await mapConcurrently(warm, AT_ONCE, async (user) => {
    const page = await (await signIn(world, user)).home();
    expect(page.ids).toEqual([]);
  });
}, 120_000);

interface PageCost {
  readonly requests: number;
  readonly pushes: number;
}

/** Delivers the event, then page after page by itself. @returns what each page cost. */
async function fanOutByPages(): Promise<PageCost[]> {
  const costs: PageCost[] = [];
  world.meter.reset();
  await world.drain({ batches: 1 });
  expectSmall();
  while (world.queue.messages.length > 0) {
    const [page, ...rest] = world.queue.messages;
    if (page === undefined) break;
    expect(JSON.stringify(page.body).length).toBeLessThan(MESSAGE_BYTES_MAX);
    world.queue.messages = [page];
    world.meter.reset();
    await world.drain({ batches: 1 });
    expectSmall();
    const pushes = world.meter.objectCalls("HomeTimeline.push") + world.meter.objectCalls("HomeTimeline.remove");
    costs.push({ requests: world.meter.d1.requests, pushes });
    world.queue.messages = [...rest, ...world.queue.messages];
  }
  return costs;
}

function expectSmall(): void {
  const most = Math.max(0, ...world.meter.sql.map(({ parameters }) => parameters));
  expect(most, "bound parameters of one statement").toBeLessThanOrEqual(PARAMETERS_MAX);
}

const heldByWarm = () => mapConcurrently(warm, AT_ONCE, (user) => heldBy(user));

describe(`an author of ${FOLLOWERS} followers`, { timeout: 120_000 }, () => {
  test("reaches every one of them with one post, at the same price a page whatever the number of databases", async () => {
    const databases = world.isolate.runtime.shards.count;
    world.meter.reset();
    const tweet = await author.posts("to everybody");
    expectSmall();
    expect(world.meter.d1.batches, "one batch before the answer").toBe(1);
    const costs = await fanOutByPages();
    const requests = [...new Set(costs.map((cost) => cost.requests))];
    console.log(`${databases} databases: ${costs.length} pages, D1 requests a page: ${requests.join(", ")}`);
    expect(requests).toEqual([REQUESTS_A_PAGE]);
    expect(
      costs.reduce((sum, cost) => sum + cost.pushes, 0),
      "one push a follower",
    ).toBe(FOLLOWERS);
    const held = await heldByWarm();
    expect(held.filter((ids) => ids?.length === 1 && ids[0] === tweet.id)).toHaveLength(WARM);
    expect(await outboxRows(world)).toEqual([]);
    for (const user of warm.slice(0, 40)) {
      expect((await (await signIn(world, user)).home()).tweets).toMatchObject([{ text: "to everybody" }]);
    }
  });

  test("is taken out of all of them by a deletion", async () => {
    const tweet = await author.posts("never mind");
    await world.drain();
    expect((await heldByWarm()).every((ids) => ids?.[0] === tweet.id)).toBe(true);
    await author.deletes(tweet);
    const costs = await fanOutByPages();
    expect(new Set(costs.map((cost) => cost.requests))).toEqual(new Set([REQUESTS_A_PAGE]));
    expect((await heldByWarm()).some((ids) => ids?.includes(tweet.id))).toBe(false);
  });

  test("reaches all of them once though pages fail half-way, come twice, and get lost", async () => {
    let state = 7;
    const random = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
    const tweet = await author.posts("against all odds");
    await world.drain({ batches: 1 });
    world.faults.timelineObject("error", { only: /push/, times: 5 });
    await world.settle({ random, repeat: 0.2, drop: 0.2, failing: "lose" });
    world.faults.none();
    await world.settle();
    const held = await heldByWarm();
    expect(held.filter((ids) => ids?.filter((id) => id === tweet.id).length === 1)).toHaveLength(WARM);
    expect(await outboxRows(world)).toEqual([]);
  });
});

test("who follows whom across databases pages without gap or repeat", async () => {
  const ids: string[] = [];
  let token = "";
  do {
    const page = await author.asks<{ data: { id: string }[]; meta: { next_token?: string } }>(
      `/2/users/${author.id}/followers?max_results=700${token}`,
    );
    ids.push(...page.data.map((user) => user.id));
    token = page.meta.next_token === undefined ? "" : `&pagination_token=${page.meta.next_token}`;
  } while (token !== "");
  expect(ids.length).toBe(FOLLOWERS);
  expect(new Set(ids)).toEqual(new Set(crowd.map((user) => user.id)));
});

test("a first page of home by authors of every database costs one query a database that holds any, none when warm", async () => {
  const world = await newWorld({ isolates: 2 });
  const [, elsewhere] = world.isolates;
  if (elsewhere === undefined) throw new Error("two isolates were asked for");
  const reader = await world.register("reader");
  const authors: Person[] = [];
  for (let index = 0; index < 20; index += 1) authors.push(await world.register("writer"));
  await reader.follows(...authors);
  await world.drain();
  await reader.home();
  for (const one of authors) await one.posts("hello");
  await world.drain();
  const holding = new Set(authors.map((one) => world.isolate.runtime.shards.indexOf(one.id)));
  const there = reader.at(elsewhere); // which has read nothing yet
  world.meter.reset();
  expect((await there.home()).ids).toHaveLength(20);
  expect(world.meter.d1.requests).toBe(holding.size);
  world.meter.reset();
  expect((await there.home()).ids).toHaveLength(20);
  expect(world.meter.d1.requests).toBe(0);
  expect(world.meter.objectCalls()).toBe(1);
});
