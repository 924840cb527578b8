import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createMinter,
  ID_MAX,
  ID_MIN,
  idAfter,
  idBefore,
  logicalShardOfId,
  LOGICAL_SHARDS,
  lowestIdAt,
  padId,
  parseId,
  SNOWFLAKE_EPOCH_MS,
  timeOfId,
  unpadId,
} from "../../workers/lib/snowflake.ts";

const id = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const shard = fc.integer({ min: 0, max: LOGICAL_SHARDS - 1 });
/** Milliseconds that 41 bits can tell, with room for what bursts borrow. */
const time = fc.integer({ min: SNOWFLAKE_EPOCH_MS, max: SNOWFLAKE_EPOCH_MS + 2 ** 41 - 1_000_000 });

test("an id keeps its value through padding and back, and padded text sorts as numbers do", () => {
  fc.assert(
    fc.property(id, id, (a, b) => {
      const [left, right] = [padId(String(a)), padId(String(b))];
      expect(left).toMatch(/^\d{19}$/);
      expect(unpadId(left)).toBe(String(a));
      expect(padId(left)).toBe(left);
      expect(left < right).toBe(a < b);
    }),
  );
  expect([unpadId(ID_MIN), unpadId(ID_MAX)]).toEqual(["0", ID_MAX]);
});

test("an id from outside is taken if and only if it is 1 to 19 digits up to 2^63 − 1", () => {
  fc.assert(
    fc.property(id, fc.integer({ min: 0, max: 19 }), (value, width) => {
      expect(parseId(String(value).padStart(width, "0"))).toBe(padId(String(value)));
    }),
  );
  fc.assert(
    fc.property(
      fc.bigInt({ min: 2n ** 63n, max: 2n ** 90n }),
      (value) => void expect(parseId(String(value))).toBeNull(),
    ),
  );
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (text) => {
      if (!/^[0-9]{1,19}$/.test(text)) expect(parseId(text)).toBeNull();
    }),
  );
  const refused = ["", "-1", "+1", "1.0", "1e3", "0x1", " 1", "1 ", "1\n", "١", "0".repeat(20), "9223372036854775808"];
  expect(refused.map(parseId)).toEqual(refused.map(() => null));
  expect(parseId("9223372036854775807")).toBe(ID_MAX);
});

test("an id tells the millisecond and the logical shard it was minted for", () => {
  fc.assert(
    fc.property(time, shard, (ms, logical) => {
      const minted = createMinter(() => ms).next(logical);
      expect([timeOfId(minted), logicalShardOfId(minted)]).toEqual([ms, logical]);
      expect(lowestIdAt(ms) <= minted && minted < lowestIdAt(ms + 1)).toBe(true);
    }),
  );
});

test("the lowest id of a time bounds it from below, before the first id and after the last one too", () => {
  fc.assert(fc.property(time, (ms) => void expect(timeOfId(lowestIdAt(ms))).toBe(ms)));
  for (const before of [-1e15, -1, 0, SNOWFLAKE_EPOCH_MS - 1, SNOWFLAKE_EPOCH_MS])
    expect(lowestIdAt(before)).toBe(ID_MIN);
  for (const after of [SNOWFLAKE_EPOCH_MS + 2 ** 41, 253_402_300_799_999, 8.64e15])
    expect(lowestIdAt(after)).toBe(ID_MAX);
});

test("the id before and the id after are one away, and stop at both ends", () => {
  fc.assert(
    fc.property(id, (value) => {
      const padded = padId(String(value));
      if (padded !== ID_MIN) expect(BigInt(idBefore(padded))).toBe(value - 1n);
      if (padded !== ID_MAX) expect(BigInt(idAfter(padded))).toBe(value + 1n);
      expect([idBefore(padded).length, idAfter(padded).length]).toEqual([19, 19]);
    }),
  );
  expect([idBefore(ID_MIN), idAfter(ID_MAX)]).toEqual([ID_MIN, ID_MAX]);
});

test("ids of a shard rise whatever the clock does, even in bursts of more than a millisecond has", () => {
  const step = fc.oneof(fc.constant(0), fc.integer({ min: -100_000, max: 100_000 }));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(step, fc.integer({ min: 1, max: 40 })), { maxLength: 30 }),
      shard,
      (steps, logical) => {
        let now = SNOWFLAKE_EPOCH_MS + 10_000_000;
        const minter = createMinter(() => now);
        let last = ID_MIN;
        for (const [move, count] of steps) {
          now += move;
          for (let minted = 0; minted < count; minted += 1) {
            const next = minter.next(logical);
            expect(next > last).toBe(true);
            last = next;
          }
        }
      },
    ),
  );
  const minter = createMinter(
    () => SNOWFLAKE_EPOCH_MS + 5,
    () => 0.999_999,
  );
  const burst = Array.from({ length: 20_000 }, () => minter.next(7));
  expect(new Set(burst).size).toBe(burst.length);
  expect(burst.every((one, index) => index === 0 || one > (burst[index - 1] ?? ""))).toBe(true);
  expect(burst.every((one) => logicalShardOfId(one) === 7)).toBe(true);
  // A burst borrows milliseconds that have not come: no more than it needs.
  expect(timeOfId(burst.at(-1) ?? "") - (SNOWFLAKE_EPOCH_MS + 5)).toBeLessThanOrEqual(6);
});

test("a new id is above the one it must be above, however far ahead that is, and so is the next", () => {
  fc.assert(
    fc.property(time, time, shard, shard, (now, ahead, mine, theirs) => {
      const above = createMinter(() => ahead).next(theirs);
      const minter = createMinter(() => now);
      const [first, second] = [minter.next(mine, above), minter.next(mine)];
      expect(first > above && second > first).toBe(true);
      expect(logicalShardOfId(first)).toBe(mine);
      if (now > ahead) expect(timeOfId(first)).toBe(now);
    }),
  );
});

test("two isolates that mint in one millisecond rarely choose the same id", () => {
  const draw = () => createMinter(() => SNOWFLAKE_EPOCH_MS + 1).next(0);
  expect(new Set(Array.from({ length: 20 }, draw)).size).toBeGreaterThan(14);
});
