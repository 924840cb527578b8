import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { createContext, type Ctx } from "../../workers/lib/context.ts";
import { decodeCursor, encodeCursor } from "../../workers/lib/cursor.ts";
import { newWorld, type World } from "../support/world.ts";

const contextOf = (world: World): Ctx =>
  createContext(world.isolate.runtime, { requestId: "test", waitUntil: () => undefined });

let ctx: Ctx;
beforeAll(async () => {
  ctx = contextOf(await newWorld());
});

const list = fc.stringMatching(/^[a-z]{1,12}:[0-9]{1,19}$/);
const position = fc.oneof(fc.stringMatching(/^[0-9]{19}$/), fc.string({ unit: "grapheme", maxLength: 40 }));

test("a token gives its list the position back", () => {
  fc.assert(
    fc.property(list, position, (of, at) => {
      const token = encodeCursor(ctx, of, at);
      expect(token).toMatch(/^[\w-]*\.[\w-]+$/);
      expect(decodeCursor(ctx, of, token)).toBe(at);
    }),
  );
});

test("no other list takes it, and no list takes what it did not give", () => {
  fc.assert(
    fc.property(list, list, position, (of, other, at) => {
      fc.pre(of !== other);
      expect(() => decodeCursor(ctx, other, encodeCursor(ctx, of, at))).toThrow("pagination_token");
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 600 }), (token) => {
      expect(() => decodeCursor(ctx, "home:1", token)).toThrow("pagination_token");
    }),
  );
});

test("a token is good in every isolate that has the same keys, and in none that has others", async () => {
  const token = encodeCursor(ctx, "home:1", "42");
  expect(decodeCursor(contextOf(await newWorld()), "home:1", token)).toBe("42");
  const [first] = JSON.parse(ctx.runtime.env.SIGNING_KEYS) as object[];
  const elsewhere = await newWorld({ vars: { SIGNING_KEYS: JSON.stringify([{ ...first, kid: "other" }]) } });
  expect(() => decodeCursor(contextOf(elsewhere), "home:1", token)).toThrow("pagination_token");
});
