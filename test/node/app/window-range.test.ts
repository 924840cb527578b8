import fc from "fast-check";
import { expect, test } from "vitest";
import { Offsets, type Wanted } from "../../../web/app/feed/window-range.ts";

const ESTIMATE = 130;
const pixels = (least: number, most: number) => fc.integer({ min: least, max: most });

/** Up to 60 items, some of them measured. */
const lists = fc.array(fc.option(pixels(1, 900), { nil: null }), { maxLength: 60 });
const wanted: fc.Arbitrary<Wanted> = fc
  .record({
    from: pixels(-3_000, 60_000),
    height: pixels(1, 4_000),
    before: pixels(1, 2_000),
    after: pixels(1, 2_000),
    most: pixels(1, 40),
  })
  .map(({ height, ...rest }) => ({ ...rest, to: rest.from + height }));

interface List {
  readonly heights: readonly number[];
  readonly offsets: Offsets;
}

function listOf(measured: readonly (number | null)[]): List {
  const items = { length: measured.length, heightAt: (index: number) => measured[index] ?? 0 };
  return { heights: measured.map((height) => height ?? ESTIMATE), offsets: new Offsets(items, ESTIMATE) };
}

const sum = (heights: readonly number[]): number => heights.reduce((total, height) => total + height, 0);

test("an item stands below all that come before it, measured or not", () => {
  fc.assert(
    fc.property(lists, (measured) => {
      const { heights, offsets } = listOf(measured);
      for (const index of heights.keys()) expect(offsets.topOf(index)).toBe(sum(heights.slice(0, index)));
      expect(offsets.total).toBe(sum(heights));
      expect(offsets.count).toBe(heights.length);
    }),
  );
});

test("the item at a place is the one that covers it; beyond the ends, the first and the last", () => {
  fc.assert(
    fc.property(lists, pixels(-500, 60_000), (measured, at) => {
      const { heights, offsets } = listOf(measured);
      fc.pre(heights.length > 0);
      const index = offsets.indexAt(at);
      expect(index).toBeGreaterThanOrEqual(0);
      expect(index).toBeLessThan(heights.length);
      if (at < 0) expect(index).toBe(0);
      else if (at >= offsets.total) expect(index).toBe(heights.length - 1);
      else {
        expect(offsets.topOf(index)).toBeLessThanOrEqual(at);
        expect(offsets.topOf(index + 1)).toBeGreaterThan(at);
      }
    }),
  );
});

test("what is on screen is always drawn, however small the limit", () => {
  fc.assert(
    fc.property(lists, wanted, (measured, want) => {
      const { heights, offsets } = listOf(measured);
      const { start, end } = offsets.around(want);
      for (const index of heights.keys()) {
        const onScreen = offsets.topOf(index + 1) > want.from && offsets.topOf(index) < want.to;
        if (onScreen) expect(index >= start && index < end, `item ${index} of ${start} to ${end}`).toBe(true);
      }
    }),
  );
});

test("no more is drawn than is allowed, but for what is on screen", () => {
  fc.assert(
    fc.property(lists, wanted, (measured, want) => {
      const { offsets } = listOf(measured);
      const { start, end } = offsets.around(want);
      const least = offsets.around({ ...want, most: 0 });
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(offsets.count);
      expect(end - start).toBeLessThanOrEqual(Math.max(want.most, least.end - least.start));
    }),
  );
});

test("with room enough all that is wanted before and after is drawn, and not one item more", () => {
  fc.assert(
    fc.property(lists, wanted, (measured, given) => {
      const { offsets } = listOf(measured);
      fc.pre(offsets.count > 0 && given.from >= 0 && given.to <= offsets.total);
      const want = { ...given, most: offsets.count };
      const { start, end } = offsets.around(want);
      if (start > 0) expect(offsets.topOf(start)).toBeLessThanOrEqual(want.from - want.before);
      if (end < offsets.count) expect(offsets.topOf(end)).toBeGreaterThanOrEqual(want.to + want.after);
      const least = offsets.around({ ...want, most: 0 });
      if (start < least.start) expect(offsets.topOf(start + 1)).toBeGreaterThan(want.from - want.before);
      if (end > least.end) expect(offsets.topOf(end - 1)).toBeLessThan(want.to + want.after);
    }),
  );
});

test("an empty list has nothing to draw", () => {
  const nothing = new Offsets({ length: 0, heightAt: () => 0 }, ESTIMATE);
  expect(nothing.around({ from: 0, to: 800, before: 400, after: 700, most: 18 })).toEqual({ start: 0, end: 0 });
  expect(nothing.total).toBe(0);
});
