import fc from "fast-check";
import { expect, test } from "vitest";
import { createShardMap, logicalShardOfUsername } from "../../workers/lib/shards.ts";
import { createMinter, LOGICAL_SHARDS } from "../../workers/lib/snowflake.ts";

test("for any number of databases, each logical shard lies in exactly one range, and ranges follow one another", () => {
  for (let count = 1; count <= LOGICAL_SHARDS; count += 1) {
    const map = createShardMap(count);
    let next = 0;
    for (let index = 0; index < count; index += 1) {
      const { first, last } = map.rangeOf(index);
      if (first !== next || last < first)
        throw new Error(`${count} databases: range ${index} is ${first}–${last}, after ${next - 1}`);
      if (map.indexOfLogical(first) !== index || map.indexOfLogical(last) !== index)
        throw new Error(`${count} databases: range ${index} is not its own`);
      next = last + 1;
    }
    expect(next).toBe(LOGICAL_SHARDS);
  }
});

test("databases get as many logical shards as the others, give or take one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: LOGICAL_SHARDS }), (count) => {
      const map = createShardMap(count);
      const sizes = Array.from({ length: count }, (_, index) => map.rangeOf(index).last - map.rangeOf(index).first + 1);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

test("an id finds the database of its logical shard", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: LOGICAL_SHARDS }),
      fc.integer({ min: 0, max: LOGICAL_SHARDS - 1 }),
      (count, logical) => {
        const map = createShardMap(count);
        expect(map.indexOf(createMinter(() => 1_795_000_000_000).next(logical))).toBe(map.indexOfLogical(logical));
      },
    ),
  );
});

test("no databases, too many and half a one are refused", () => {
  for (const count of [0, -1, 1.5, LOGICAL_SHARDS + 1, Number.NaN])
    expect(() => createShardMap(count)).toThrow("SHARD_0");
});

test("a username finds its shard in any case", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_]{1,15}$/), (name) => {
      const logical = logicalShardOfUsername(name);
      expect(Number.isInteger(logical) && logical >= 0 && logical < LOGICAL_SHARDS).toBe(true);
      expect(logicalShardOfUsername(name.toUpperCase())).toBe(logicalShardOfUsername(name.toLowerCase()));
    }),
  );
});

test("where a username lives never changes: these are stored", () => {
  const stored = { alice: 542, bob: 86, carol: 693, dan: 282, dunlin: 151, user_1: 358, a_b_c_d_e_f_g_h: 654 };
  for (const [name, logical] of Object.entries(stored)) expect(logicalShardOfUsername(name), name).toBe(logical);
});

const WORDS = [
  "sea",
  "bird",
  "wing",
  "tide",
  "moon",
  "sand",
  "reed",
  "gale",
  "fog",
  "mud",
  "sun",
  "kelp",
  "gull",
  "tern",
  "knot",
  "ruff",
];
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  counted: Array.from({ length: 60_000 }, (_, index) => `user_${index}`),
  padded: Array.from({ length: 60_000 }, (_, index) => `bird${String(index).padStart(6, "0")}`),
  words: WORDS.flatMap((a) => WORDS.flatMap((b) => Array.from({ length: 240 }, (_, year) => `${a}_${b}${year}`))),
  "in base 36": Array.from({ length: 60_000 }, (_, index) => `${(index * 7).toString(36)}_x`),
};

test.each(Object.entries(FAMILIES))(
  "names that are %s spread evenly over logical shards and over databases",
  (_kind, names) => {
    for (const bins of [2, 16, LOGICAL_SHARDS]) {
      const map = createShardMap(bins);
      const counts = Array.from({ length: bins }, () => 0);
      for (const name of names) {
        const bin = map.indexOfLogical(logicalShardOfUsername(name));
        counts[bin] = (counts[bin] ?? 0) + 1;
      }
      const expected = names.length / bins;
      const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      const degrees = bins - 1;
      // Five standard deviations over the mean of a fair spread.
      expect(chiSquare, `${bins} bins`).toBeLessThan(degrees + 5 * Math.sqrt(2 * degrees) + 5);
    }
  },
);
