import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import type { HomeTimeline } from "../../durable-objects/home-timeline.ts";
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

interface Rows {
  read: number;
  written: number;
}

const AUTHOR = "1500000000000000000";
const idAt = (index: number): string => (2_000_000_000_000_000_000n + (BigInt(index) << 22n)).toString();
const entry = (index: number) => ({ id: idAt(index), tweetId: idAt(index), authorId: AUTHOR, actorId: AUTHOR });

let made = 0;

async function newTimeline(entries: number) {
  made += 1;
  const owner = { id: (1_600_000_000_000_000_000n + BigInt(made)).toString() };
  const timeline = timelineOf(owner);
  const opened = await timeline.read({ before: ID_MAX, since: ID_MIN, count: 1 });
  await timeline.merge({
    entries: Array.from({ length: entries }, (_, index) => entry(entries - 1 - index)),
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

test(`a push writes at most ${ROWS_WRITTEN_A_PUSH_MAX} rows, trimming included`, async () => {
  const { owner, timeline } = await newTimeline(KEPT - 100);
  const rows = await rowsOf(timeline, (home) => {
    for (let index = 0; index < PUSHES; index += 1) home.push({ entries: [entry(10_000 + index)] });
  });
  const each = rows.written / PUSHES;
  console.log(`rows written a push: ${each.toFixed(3)} over ${PUSHES}, with ${KEPT} kept`);
  expect(each).toBeLessThanOrEqual(ROWS_WRITTEN_A_PUSH_MAX);
  expect(each, "a push does write").toBeGreaterThanOrEqual(1);
  const held = (await heldBy(owner)) ?? [];
  expect(held.length, "trimming took place").toBeLessThanOrEqual(KEPT);
  expect(held[0]).toBe(idAt(10_000 + PUSHES - 1));
});

test("a push that comes again, or of somebody not followed, writes nothing", async () => {
  const { timeline } = await newTimeline(100);
  const stranger = { ...entry(20_000), authorId: "1400000000000000000", actorId: "1400000000000000000" };
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
