import fc from "fast-check";
import { expect, test } from "vitest";
import { BoundedMap } from "../../workers/lib/bounded-map.ts";
import { groupBy, mapConcurrently } from "../../workers/lib/concurrency.ts";

test("results keep the order of the items, every item is worked on once, and never more at once than the limit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.integer(), { maxLength: 20 }),
      fc.integer({ min: 1, max: 25 }),
      async (scheduler, items, limit) => {
        let [atOnce, most] = [0, 0];
        const worked: number[] = [];
        const answer = mapConcurrently(items, limit, async (item, index) => {
          atOnce += 1;
          most = Math.max(most, atOnce);
          worked.push(index);
          await scheduler.schedule(Promise.resolve());
          atOnce -= 1;
          return item * 2;
        });
        expect(await scheduler.waitFor(answer)).toEqual(items.map((item) => item * 2));
        expect(worked.sort((a, b) => a - b)).toEqual(items.map((_item, index) => index));
        expect(most).toBe(Math.min(limit, items.length));
      },
    ),
  );
});

test("one failure does not leave the others half done: it is told when all have ended, the first of several", async () => {
  const done: number[] = [];
  const work = mapConcurrently([1, 2, 3, 4, 5], 2, async (item) => {
    await Promise.resolve();
    if (item % 2 === 0) throw new Error(`item ${item}`);
    done.push(item);
  });
  await expect(work).rejects.toThrow("item 2");
  expect(done).toEqual([1, 3, 5]);
});

test("groups keep every item, in order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 5 }), (items, keys) => {
      const groups = groupBy(items, (item) => item % keys);
      expect([...groups.values()].flat().sort()).toEqual([...items].sort());
      for (const [key, group] of groups) expect(group).toEqual(items.filter((item) => item % keys === key));
    }),
  );
});

test("a bounded memory holds the newest entries and no more than it may", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer())),
      (capacity, writes) => {
        const memory = new BoundedMap<number, number>(capacity);
        for (const [key, value] of writes) memory.set(key, value);
        const newestFirst = [...new Map(writes.toReversed().map(([key]) => [key, 0])).keys()];
        const kept = newestFirst.slice(0, capacity);
        expect(memory.size).toBe(kept.length);
        const last = new Map(writes);
        for (const key of newestFirst) expect(memory.get(key)).toBe(kept.includes(key) ? last.get(key) : undefined);
      },
    ),
  );
});
