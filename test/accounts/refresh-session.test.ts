import { describe, expect, test } from "vitest";
import { judge } from "../../workers/accounts/refresh-session.ts";

const NOW = 1_000_000;
const REUSE_MS = 30_000;
const good = { tokenHash: "mine", expiresAt: NOW + 1, spentAt: null };

const verdictOn = (...family: (typeof good | { tokenHash: string; expiresAt: number; spentAt: number })[]) =>
  judge(family, "mine", NOW, REUSE_MS);

describe("a refresh token is", () => {
  test("unknown where its family has ended", () => expect(verdictOn()).toBe("unknown"));
  test("good until it is used", () => expect(verdictOn(good)).toBe("good"));
  test("expired from the very millisecond on", () => expect(verdictOn({ ...good, expiresAt: NOW })).toBe("expired"));
  test("good for 30 seconds after its use", () => {
    expect(verdictOn({ ...good, spentAt: NOW - REUSE_MS })).toBe("good");
  });
  test("reused after that", () => expect(verdictOn({ ...good, spentAt: NOW - REUSE_MS - 1 })).toBe("reused"));
  test("reused where its row has gone and the family lives", () => {
    expect(verdictOn({ ...good, tokenHash: "another" })).toBe("reused");
  });
  test("given no more successors once 50 tokens came of its family", () => {
    const others = Array.from({ length: 49 }, (_, index) => ({ ...good, tokenHash: `other ${index}` }));
    expect(verdictOn(...others, { ...good, spentAt: NOW })).toBe("crowded");
    expect(verdictOn(...others, good), "one that is not spent goes on").toBe("good");
  });
});
