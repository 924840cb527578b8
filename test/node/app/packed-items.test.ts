import fc from "fast-check";
import { expect, test } from "vitest";
import { PackedItems } from "../../../web/app/feed/packed-items.ts";

/** Ids, and what only looks like one: leading zeros, too long, not a number at all. */
const key = fc.oneof(
  fc.bigInt({ min: 1n, max: (1n << 63n) - 1n }).map(String),
  fc.bigInt({ min: 1n << 63n, max: (1n << 66n) - 1n }).map(String),
  fc.constantFrom("0", "01", "007", "owned head", "pinned 12", "", " 5", "1e3", "-1", "٣"),
);

type Step =
  | { readonly does: "insert"; readonly at: number; readonly keys: readonly string[] }
  | { readonly does: "remove"; readonly nth: number }
  | { readonly does: "measure"; readonly nth: number; readonly height: number }
  | { readonly does: "clear" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ does: fc.constant("insert"), at: fc.nat(), keys: fc.array(key, { maxLength: 30 }) }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant("remove"), nth: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant("measure"), nth: fc.nat(), height: fc.integer({ min: 1, max: 9999 }) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant("clear") }) },
);

/** The same as a plain array. */
type Plain = { key: string; height: number }[];

function apply(items: PackedItems, plain: Plain, done: Step): void {
  if (done.does === "insert") {
    const at = done.at % (plain.length + 1);
    const fresh = [...new Set(done.keys)].filter((one) => !plain.some((item) => item.key === one));
    items.insert(at, fresh);
    plain.splice(at, 0, ...fresh.map((one) => ({ key: one, height: 0 })));
  } else if (done.does === "clear") {
    items.clear();
    plain.length = 0;
  } else {
    const index = done.nth % (plain.length + 1);
    const item = plain[index];
    if (done.does === "remove") {
      expect(items.remove(item?.key ?? "nowhere")).toBe(item !== undefined);
      plain.splice(index, 1);
    } else if (item !== undefined) {
      items.setHeight(index, done.height);
      item.height = done.height;
    }
  }
}

test("whatever is put in, taken out and measured, every key and height is where a plain array has it", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const [items, plain] = [new PackedItems(), [] as Plain];
      for (const done of steps) {
        apply(items, plain, done);
        expect([...items]).toEqual(plain.map((item) => item.key));
        expect(plain.map((_, index) => items.heightAt(index))).toEqual(plain.map((item) => item.height));
        expect(plain.map((item) => items.indexOf(item.key))).toEqual([...plain.keys()]);
        expect(items.length).toBe(plain.length);
      }
      expect(items.has("nowhere")).toBe(false);
      expect([items.keyAt(-1), items.keyAt(plain.length)]).toEqual([undefined, undefined]);
      expect(items.slice(1, 3)).toEqual(plain.slice(1, 3).map((item) => item.key));
    }),
  );
});

test("a list may be changed while it is gone through", () => {
  const items = new PackedItems();
  items.insert(0, ["1", "2", "3", "4"]);
  for (const one of items) items.remove(one);
  expect(items.length).toBe(0);
});
