import { expect, test } from "vitest";
import type { User } from "../../workers/accounts/reader.ts";
import { listHiddenBy } from "../../workers/hydrate/lists.ts";
import { STRANGER, Viewing, type Standing } from "../../workers/hydrate/viewing.ts";
import { createContext } from "../../workers/lib/context.ts";
import { newWorld } from "../support/world.ts";

const OWNER = "0000000000000000001";
const VIEWER = "0000000000000000002";

const owner = (fields: Partial<User> = {}): User => ({
  id: OWNER,
  username: "alice",
  name: "Alice",
  description: "",
  location: "",
  url: "",
  protected: false,
  ...fields,
});

async function viewing(viewerId: string | null, standing: Partial<Standing> = {}): Promise<Viewing> {
  const { isolate } = await newWorld();
  const ctx = createContext(isolate.runtime, { requestId: "test", waitUntil: () => undefined });
  const one = new Viewing(ctx, viewerId === null ? null : { userId: viewerId });
  one.learn(OWNER, { ...STRANGER, ...standing });
  return one;
}

const open = { private: false, owner: owner() };
const closed = { private: true, owner: owner() };
const guarded = { private: false, owner: owner({ protected: true }) };

test("private_list: a private list is for its owner alone, whoever follows them", async () => {
  expect(listHiddenBy(await viewing(VIEWER), closed)).toBe("private_list");
  expect(listHiddenBy(await viewing(VIEWER, { following: true, followedBy: true }), closed)).toBe("private_list");
  expect(listHiddenBy(await viewing(null), closed)).toBe("private_list");
  expect(listHiddenBy(await viewing(OWNER), closed)).toBeNull();
});

test("owner_protected: lists of a protected account are for its followers and itself", async () => {
  expect(listHiddenBy(await viewing(VIEWER), guarded)).toBe("owner_protected");
  expect(listHiddenBy(await viewing(VIEWER, { requested: true, followedBy: true }), guarded)).toBe("owner_protected");
  expect(listHiddenBy(await viewing(null), guarded)).toBe("owner_protected");
  expect(listHiddenBy(await viewing(VIEWER, { following: true }), guarded)).toBeNull();
  expect(listHiddenBy(await viewing(OWNER), guarded)).toBeNull();
});

test("blocking_owner and blocked_by_owner: a block hides lists both ways", async () => {
  expect(listHiddenBy(await viewing(VIEWER, { blocking: true }), open)).toBe("blocking_owner");
  expect(listHiddenBy(await viewing(VIEWER, { blockedBy: true }), open)).toBe("blocked_by_owner");
});

test("any other list is for everybody, and a mute hides none", async () => {
  expect(listHiddenBy(await viewing(VIEWER), open)).toBeNull();
  expect(listHiddenBy(await viewing(VIEWER, { muting: true }), open)).toBeNull();
  expect(listHiddenBy(await viewing(null), open)).toBeNull();
});
