import { env } from "cloudflare:workers";
import { evictAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { beforeEach, expect, test } from "vitest";
import type { HomeTimeline } from "../../durable-objects/home-timeline.ts";
import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";

const idOf = (number: number): string => String(number).padStart(19, "0");
const [OWNER, FRIEND] = [idOf(1), idOf(2)];
const NOW = 5_000;
const RANGE = { before: idOf(9_999), since: idOf(0), count: 1_000, now: NOW };
const FULL = "database or disk is full: SQLITE_FULL";

const by = (author: string, number: number): TimelineEntry => ({
  id: idOf(number),
  tweetId: idOf(number),
  authorId: author,
  actorId: author,
});

type Timeline = DurableObjectStub<HomeTimeline>;
type Change = (timeline: HomeTimeline) => unknown;

/** Done within the object: a refusal that crosses to the caller would be reported as nobody's as well. */
const within = (timeline: Timeline, work: Change): Promise<void> =>
  runInDurableObject(timeline, (object) => void work(object as unknown as HomeTimeline));
const refuses = (timeline: Timeline, change: Change): Promise<void> =>
  within(timeline, (object) => expect(() => change(object)).toThrow(FULL));

/** Rows that objects may still write before their disk is full. */
let room = Infinity;
let patched = false;

/** From here on objects of this file find their disk full once `room` is used up. */
beforeEach(async () => {
  room = Infinity;
  if (patched) return;
  patched = true;
  await runInDurableObject(env.HOME_TIMELINE.getByName("prototypes"), (_object, state) => {
    const sql = Object.getPrototypeOf(state.storage.sql) as SqlStorage;
    const { exec } = sql;
    sql.exec = function limited(this: SqlStorage, query: string, ...bindings: unknown[]) {
      if (/^(INSERT|DELETE|CREATE)/.test(query) && (room -= 1) < 0) throw new Error(FULL);
      return Reflect.apply(exec, this, [query, ...bindings]) as SqlStorageCursor<Record<string, SqlStorageValue>>;
    } as SqlStorage["exec"];
  });
});

let owners = 0;
/** A timeline of `count` tweets by a friend whom its owner follows. */
async function timelineOf(count: number): Promise<Timeline> {
  owners += 1;
  const timeline = env.HOME_TIMELINE.getByName(`${OWNER}-full-${owners}`);
  const cold = await timeline.read(RANGE);
  if (cold.state !== "cold") throw new Error("a new timeline is cold");
  const entries = Array.from({ length: count }, (_, index) => by(FRIEND, 100 + count - index));
  const follows = new Map([[FRIEND, { state: 1 as const, version: 1 }]]);
  const hiding = { standings: [] };
  expect(await timeline.merge({ entries, follows, hiding, basedOn: cold.base, seenAt: NOW })).toBe(true);
  return timeline;
}

async function shownBy(timeline: Timeline): Promise<number[]> {
  const home = await timeline.read(RANGE);
  if (home.state === "cold") throw new Error("it was stored");
  return home.entries.map((entry) => Number(entry.id));
}

const CHANGES: readonly (readonly [string, Change, number[]])[] = [
  ["a push", (timeline) => timeline.push({ entries: [by(FRIEND, 200)], now: NOW }), [200, 103, 102, 101]],
  ["a deletion", (timeline) => timeline.remove({ tweetIds: [idOf(102)] }), [103, 101]],
  ["an unfollow", (timeline) => timeline.setFollow({ authorId: FRIEND, state: 0, version: 2 }), []],
  [
    "a mute",
    (timeline) => timeline.setStanding({ userId: FRIEND, kind: "muting", state: 1, version: 1, until: null }),
    [],
  ],
];

test.each(CHANGES)(
  "%s that finds the disk full is not taken for done when it comes again",
  async (_what, change, then) => {
    const timeline = await timelineOf(3);
    room = 0;
    await refuses(timeline, change);
    expect(await shownBy(timeline), "as stored").toEqual([103, 102, 101]);
    room = Infinity;
    await within(timeline, change);
    expect(await shownBy(timeline)).toEqual(then);
    await evictAllDurableObjects();
    expect(await shownBy(timeline), "it is stored").toEqual(then);
  },
);

test("of a change of many rows all is stored or nothing, wherever the disk is full", async () => {
  const unfollow: Change = (timeline) => timeline.setFollow({ authorId: FRIEND, state: 0, version: 2 });
  const timeline = await timelineOf(200);
  const whole = await shownBy(timeline);
  // The follow set, two sealed pages, the head.
  for (const rows of [0, 1, 2, 3]) {
    room = rows;
    await refuses(timeline, unfollow);
    expect(await shownBy(timeline), `after ${rows} rows`).toEqual(whole);
    await evictAllDurableObjects();
    expect(await shownBy(timeline), `stored after ${rows} rows`).toEqual(whole);
  }
  room = 4;
  await within(timeline, unfollow);
  expect(await shownBy(timeline)).toEqual([]);
});

test("pushes that rested in memory when the disk was full are known to be lost", async () => {
  const timeline = await timelineOf(3);
  const later = NOW + 100 * 3_600_000;
  for (const number of [201, 202]) await timeline.push({ entries: [by(FRIEND, number)], now: later });
  room = 0;
  await refuses(timeline, (object) => object.remove({ tweetIds: [idOf(101)] }));
  expect(await timeline.read(RANGE)).toMatchObject({ state: "ready", lost: { above: idOf(200), followed: [FRIEND] } });
});

test("a rebuild that finds the disk full ends at the next try", async () => {
  const timeline = env.HOME_TIMELINE.getByName(`${OWNER}-rebuild`);
  const cold = await timeline.read(RANGE);
  if (cold.state !== "cold") throw new Error("a new timeline is cold");
  const follows = new Map([[FRIEND, { state: 1 as const, version: 1 }]]);
  const merge = { entries: [by(FRIEND, 101)], follows, hiding: { standings: [] }, basedOn: cold.base, seenAt: NOW };
  // The table, the follow set, the head.
  for (const rows of [0, 1, 2]) {
    room = rows;
    await refuses(timeline, (object) => object.merge(merge));
  }
  room = Infinity;
  expect((await timeline.read(RANGE)).state).toBe("cold");
  expect(await timeline.merge(merge)).toBe(true);
  await evictAllDurableObjects();
  expect(await shownBy(timeline)).toEqual([101]);
});
