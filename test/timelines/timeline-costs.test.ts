import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { HomeTimeline } from "../../durable-objects/home-timeline.ts";
import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import { ID_MAX, ID_MIN } from "../../workers/lib/snowflake.ts";
import { heldBy, timelineOf } from "../support/timelines.ts";

/**
 * What a timeline object costs, in the rows the platform bills: every cursor its storage hands out is kept, and asked at
 * the end how many rows it read and wrote.
 */
const KEPT = 800;
const PUSHES = 1_600;
const ROWS_WRITTEN_A_PUSH_MAX = 1.1;
const ROWS_READ_COLD_MAX = 3;
/** Sealed pages of `KEPT` entries. */
const SEALED_PAGES_MAX = Math.ceil(KEPT / 64);

interface Rows {
  read: number;
  written: number;
}

const AUTHOR = "1500000000000000000";
const STRANGER = "1400000000000000000";
const BLOCK = { userId: STRANGER, kind: "blocking", state: 1, version: 1 } as const;
const idAt = (index: number): string => (2_000_000_000_000_000_000n + (BigInt(index) << 22n)).toString();
const entry = (index: number) => ({ id: idAt(index), tweetId: idAt(index), authorId: AUTHOR, actorId: AUTHOR });

/** One in five is a reply to somebody not followed, one in five a retweet, each of a tweet of its own. */
const mixed = (index: number): TimelineEntry => {
  if (index % 5 === 1) return { ...entry(index), replyToId: STRANGER };
  return index % 5 === 2 ? { ...entry(index), tweetId: (BigInt(idAt(index)) - 1n).toString() } : entry(index);
};

let made = 0;

async function newTimeline(entries: number, entryAt: (index: number) => TimelineEntry = entry) {
  made += 1;
  const owner = { id: (1_600_000_000_000_000_000n + BigInt(made)).toString() };
  const timeline = timelineOf(owner);
  const opened = await timeline.read({ before: ID_MAX, since: ID_MIN, count: 1 });
  await timeline.merge({
    entries: Array.from({ length: entries }, (_, index) => entryAt(entries - 1 - index)),
    follows: new Map([[AUTHOR, { state: 1, version: 1 }]]),
    floor: ID_MIN,
    seenAt: Date.now(),
    basedOn: opened.base,
  });
  return { owner, timeline };
}

/** Rows that `work` on the object reads and writes. */
async function rowsOf(timeline: DurableObjectStub<HomeTimeline>, work: (home: HomeTimeline) => void): Promise<Rows> {
  return await runInDurableObject(timeline, (home: HomeTimeline, state) => {
    const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
    const { sql } = state.storage;
    const exec = sql.exec.bind(sql);
    const keeping: typeof sql.exec = (query, ...bindings) => {
      const cursor = exec<never>(query, ...bindings);
      cursors.push(cursor);
      return cursor;
    };
    Object.defineProperty(sql, "exec", { value: keeping, configurable: true });
    try {
      work(home);
    } finally {
      Reflect.deleteProperty(sql, "exec");
    }
    return cursors.reduce(
      (sum, cursor) => ({ read: sum.read + cursor.rowsRead, written: sum.written + cursor.rowsWritten }),
      {
        read: 0,
        written: 0,
      },
    );
  });
}

test.each([
  ["plain tweets", entry],
  ["replies and retweets among them, and somebody hidden", mixed],
])(`a push writes at most ${ROWS_WRITTEN_A_PUSH_MAX} rows, trimming included: %s`, async (what, entryAt) => {
  const { owner, timeline } = await newTimeline(KEPT - 100, entryAt);
  if (entryAt === mixed) await timeline.setStanding(BLOCK);
  const rows = await rowsOf(timeline, (home) => {
    for (let index = 0; index < PUSHES; index += 1) home.push({ entries: [entryAt(10_000 + index)] });
  });
  const each = rows.written / PUSHES;
  console.log(`rows written a push: ${each.toFixed(3)} over ${PUSHES}, with ${KEPT} kept (${what})`);
  expect(each).toBeLessThanOrEqual(ROWS_WRITTEN_A_PUSH_MAX);
  expect(each, "a push does write").toBeGreaterThanOrEqual(1);
  const held = (await heldBy(owner)) ?? [];
  expect(held.length, "trimming took place").toBeLessThanOrEqual(KEPT);
  expect(held[0]).toBe(idAt(10_000 + PUSHES - 1));
});

test("a push that comes again, or of somebody not followed, writes nothing", async () => {
  const { timeline } = await newTimeline(100);
  const stranger = { ...entry(20_000), authorId: STRANGER, actorId: STRANGER };
  const rows = await rowsOf(timeline, (home) => {
    for (let index = 0; index < 100; index += 1) home.push({ entries: [entry(index)] });
    home.push({ entries: [stranger] });
  });
  expect(rows.written).toBe(0);
});

test.each([20, 150, 800])(
  `a first page of 20 out of %i reads at most ${ROWS_READ_COLD_MAX} rows cold, none warm`,
  async (entries) => {
    const { timeline } = await newTimeline(entries);
    for (const pullAuthors of [[], [AUTHOR]]) {
      await evictDurableObject(timeline);
      const readPage = async () =>
        await rowsOf(timeline, (home) => {
          const page = home.read({ before: ID_MAX, since: ID_MIN, count: 25, pullAuthors });
          if (page.state === "cold") throw new Error("the timeline is cold");
          expect(page.entries).toHaveLength(Math.min(25, entries));
        });
      const cold = await readPage();
      console.log(
        `rows read for a first page, cold: ${cold.read} (${entries} held, pull authors ${pullAuthors.length})`,
      );
      expect(cold.read).toBeGreaterThan(0);
      expect(cold.read).toBeLessThanOrEqual(ROWS_READ_COLD_MAX);
      expect(cold.written).toBe(0);
      expect(await readPage()).toEqual({ read: 0, written: 0 });
    }
  },
);

const readFirst = (timeline: DurableObjectStub<HomeTimeline>, withoutRetweets: boolean) =>
  rowsOf(timeline, (home) => {
    const page = home.read({ before: ID_MAX, since: ID_MIN, count: 25, pullAuthors: [AUTHOR], withoutRetweets });
    expect(page).toMatchObject({ state: "ready", more: true });
  });

test("replies and hidden people are one row more at most on a first page; retweeters' names are all pages, once", async () => {
  const { timeline } = await newTimeline(KEPT, mixed);
  await timeline.setStanding(BLOCK);
  await evictDurableObject(timeline);
  const plain = await readFirst(timeline, true);
  console.log(`rows read for a first page of ${KEPT}, cold, with somebody hidden: ${plain.read}`);
  expect(plain.read).toBe(ROWS_READ_COLD_MAX);
  await evictDurableObject(timeline);
  const named = await readFirst(timeline, false);
  console.log(`the same with retweets, whose retweeters are named: ${named.read}`);
  expect(named.read).toBeLessThanOrEqual(ROWS_READ_COLD_MAX + SEALED_PAGES_MAX);
  expect(await readFirst(timeline, false), "warm").toEqual({ read: 0, written: 0 });
});

test("a block writes its row and once the head, a later one its row alone, and one told again nothing", async () => {
  const { timeline } = await newTimeline(KEPT);
  const written = async (version: number) =>
    (await rowsOf(timeline, (home) => home.setStanding({ ...BLOCK, version }))).written;
  expect([await written(1), await written(1), await written(2), await written(1)]).toEqual([2, 0, 1, 0]);
});

test("a removal told again, or of a tweet below all that is kept, costs nothing once the head is read", async () => {
  const { timeline } = await newTimeline(KEPT);
  await timeline.push({ entries: [entry(KEPT)] });
  const remove = (index: number) => rowsOf(timeline, (home) => home.remove({ tweetIds: [idAt(index)] }));
  expect((await remove(KEPT - 1)).written).toBe(1);
  await evictDurableObject(timeline);
  expect(await remove(KEPT - 1)).toEqual({ read: 1, written: 0 });
  expect(await remove(0)).toEqual({ read: 0, written: 0 });
});
