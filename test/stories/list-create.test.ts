import { describe, expect, test } from "vitest";
import { deactivate } from "../accounts/send.ts";
import { adds, change, deletesList, followsList, idsAt, lookUp, newList, pins, statusOf } from "../lists/talk.ts";
import { rowsAt } from "../support/planting.ts";
import { newWorld, type Person } from "../support/world.ts";

const create = (person: Person, json: unknown, idempotencyKey?: string) =>
  person.fetch("/2/lists", { json, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
const listsOf = (person: Person) => idsAt(person, `/2/users/${person.id}/owned_lists`);

describe("a new list", () => {
  test("is answered with its id and name, and is there at once, for everybody, with all its fields", async () => {
    const world = await newWorld({ isolates: 2 });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const answer = await create(alice, { name: "birds", description: "they fly" });
    expect(answer.status).toBe(201);
    const { data } = (await answer.json()) as { data: { id: string; name: string } };
    expect(data).toEqual({ id: expect.stringMatching(/^\d+$/), name: "birds" });
    for (const isolate of world.isolates) {
      expect(await lookUp(bob.at(isolate), data)).toEqual({
        id: data.id,
        name: "birds",
        created_at: expect.stringMatching(/^\d{4}-.*Z$/),
        description: "they fly",
        follower_count: 0,
        member_count: 0,
        owner_id: alice.id,
        private: false,
      });
      expect(await idsAt(bob.at(isolate), `/2/users/${alice.id}/owned_lists`)).toEqual([data.id]);
    }
  });

  test("takes names and descriptions to their last character, emoji and quotes as they are, and defaults", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const name = `'"; DROP 🐦${"x".repeat(15)}`;
    expect([...name]).toHaveLength(25);
    const description = "🦆".repeat(100);
    const list = await newList(alice, { name, description, private: true });
    expect(await lookUp(alice, list)).toMatchObject({ name, description, private: true });
    expect(await lookUp(alice, await newList(alice))).toMatchObject({ description: "", private: false });
  });

  test.each([
    ["no name", {}],
    ["an empty name", { name: "" }],
    ["a blank name", { name: " \t" }],
    ["a name of 26 characters", { name: "x".repeat(26) }],
    ["a name that is no text", { name: 7 }],
    ["a name with NUL", { name: "a\0b" }],
    ["half an emoji", { name: "\ud83d" }],
    ["a description of 101 characters", { name: "a", description: "x".repeat(101) }],
    ["a description that is null", { name: "a", description: null }],
    ["private as text", { name: "a", private: "true" }],
    ["a list of names", ["a"]],
  ])("with %s is a 400, and nothing is written", async (_what, json) => {
    const world = await newWorld();
    const alice = await world.register("alice");
    expect((await create(alice, json)).status).toBe(400);
    expect(await listsOf(alice)).toEqual([]);
  });

  test("beyond as many as one may own is a 403 that says so, and a deleted one makes room", async () => {
    const world = await newWorld({ vars: { LISTS_OWNED_MAX: "2" } });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const first = await newList(alice);
    await newList(alice, { private: true });
    const refused = await create(alice, { name: "third" }, "key");
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("at most 2") });
    await newList(bob);
    await deletesList(alice, first);
    expect((await create(alice, { name: "third" }, "key")).status, "the refusal used no key up").toBe(201);
    const five = await Promise.all([1, 2, 3, 4, 5].map(() => create(bob, { name: "at once" })));
    expect(five.map((one) => one.status).sort()).toEqual([201, 403, 403, 403, 403]);
    expect(await listsOf(bob)).toHaveLength(2);
  });

  test("needs an account that is active", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const anonymous = await world.isolate.fetch("/2/lists", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "birds" }),
    });
    expect(anonymous.status).toBe(401);
    await deactivate(world.isolate, alice.id);
    expect((await create(alice, { name: "birds" })).status).toBe(403);
    expect(await rowsAt(world, alice.id, "SELECT * FROM lists WHERE owner_id = ?", alice.id)).toEqual([]);
  });

  test("under an Idempotency-Key is made once, however often and wherever it is asked for", async () => {
    const world = await newWorld({ isolates: 2 });
    const alice = await world.register("alice");
    const answers = await Promise.all(
      [...world.isolates, ...world.isolates].map((isolate) => create(alice.at(isolate), { name: "once" }, "key")),
    );
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201]);
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    expect(await listsOf(alice)).toHaveLength(1);
    expect((await create(alice, { name: "another" }, "key")).status).toBe(422);
    expect(await listsOf(alice)).toHaveLength(1);
  });

  test.each([undefined, "key"])("is made once where the store's answer is lost (key: %s)", async (key) => {
    const world = await newWorld();
    const alice = await world.register("alice", { shard: 0 });
    world.faults.shard(0, "lost-answer", { times: 1, only: /INSERT INTO "lists"/i });
    expect((await create(alice, { name: "once" }, key)).status).toBe(201);
    expect(await listsOf(alice)).toHaveLength(1);
    world.faults.shard(0, "error");
    const failed = await create(alice, { name: "never" });
    expect(failed.status).toBe(503);
  });
});

describe("a change of a list", () => {
  test("is seen at once, changes only what is given, and writes nothing where nothing differs", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const list = await newList(alice, { name: "old", description: "as it was" });
    expect(await change(alice, list, { name: "new" })).toEqual({ data: { updated: true } });
    expect(await lookUp(bob, list)).toMatchObject({ name: "new", description: "as it was", private: false });
    await change(alice, list, { description: "" });
    expect(await lookUp(bob, list)).toMatchObject({ name: "new", description: "" });
    world.meter.reset();
    await change(alice, list, { name: "new", description: "", private: false });
    expect(world.meter.d1.rowsWritten).toBe(0);
    expect(world.queue.messages).toEqual([]);
  });

  test("of the wrong form is a 400, and nothing of it is written", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const list = await newList(alice);
    for (const json of [
      {},
      { nam: "x" },
      { name: "" },
      { name: "x".repeat(26) },
      { name: "ok", private: 1 },
      { description: [] },
    ]) {
      expect(await statusOf(alice, `/2/lists/${list.id}`, { method: "PUT", json })).toBe(400);
    }
    expect(await lookUp(alice, list)).toMatchObject({ name: "birds", private: false });
  });

  test("by anybody but the owner is a 403, a private list being a 404, and so are members and deletion", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const open = await newList(alice);
    const closed = await newList(alice, { private: true });
    await adds(alice, open, alice);
    await adds(alice, closed, alice);
    const acts = (list: { id: string }) => [
      statusOf(bob, `/2/lists/${list.id}`, { method: "PUT", json: { name: "bob's" } }),
      statusOf(bob, `/2/lists/${list.id}`, { method: "PUT", json: { private: list === open } }),
      statusOf(bob, `/2/lists/${list.id}`, { method: "DELETE" }),
      statusOf(bob, `/2/lists/${list.id}/members`, { json: { user_id: bob.id } }),
      statusOf(bob, `/2/lists/${list.id}/members`, { json: { user_id: "1" } }),
      statusOf(bob, `/2/lists/${list.id}/members/${alice.id}`, { method: "DELETE" }),
    ];
    await world.drain();
    world.meter.reset();
    expect(await Promise.all(acts(open))).toEqual([403, 403, 403, 403, 403, 403]);
    expect(await Promise.all(acts(closed))).toEqual([404, 404, 404, 404, 404, 404]);
    expect(world.meter.d1.rowsWritten).toBe(0);
    expect(world.queue.messages).toEqual([]);
    expect(await lookUp(alice, open)).toMatchObject({ name: "birds", private: false, member_count: 1 });
    expect(await lookUp(alice, closed)).toMatchObject({ name: "birds", private: true, member_count: 1 });
  });

  test("of a list that never was, of a tweet's or a user's id, is a 404", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const tweet = await alice.posts("no list");
    for (const id of ["1", tweet.id, alice.id, "9223372036854775807"]) {
      expect(await statusOf(alice, `/2/lists/${id}`)).toBe(404);
      expect(await statusOf(alice, `/2/lists/${id}`, { method: "PUT", json: { name: "x" } })).toBe(404);
      expect(await statusOf(alice, `/2/lists/${id}`, { method: "DELETE" })).toBe(404);
      expect(await statusOf(alice, `/2/lists/${id}/members`)).toBe(404);
      expect(await statusOf(alice, `/2/lists/${id}/followers`)).toBe(404);
      expect(await statusOf(alice, `/2/lists/${id}/members`, { json: { user_id: alice.id } })).toBe(404);
    }
  });
});

describe("a deleted list", () => {
  test("is gone from everywhere at once, and deleting it again answers the same to its owner alone", async () => {
    const world = await newWorld({ isolates: 2 });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const list = await newList(alice);
    await adds(alice, list, bob);
    await followsList(bob, list);
    await pins(bob, list);
    await world.drain();
    expect(await deletesList(alice, list)).toEqual({ data: { deleted: true } });
    for (const person of [alice, bob, bob.at(world.isolates[1] ?? world.isolate)]) {
      expect(await statusOf(person, `/2/lists/${list.id}`)).toBe(404);
      expect(await statusOf(person, `/2/lists/${list.id}/members`)).toBe(404);
      expect(await statusOf(person, `/2/lists/${list.id}/followers`)).toBe(404);
      expect(await idsAt(person, `/2/users/${alice.id}/owned_lists`)).toEqual([]);
      expect(await idsAt(person, `/2/users/${bob.id}/list_memberships`)).toEqual([]);
      expect(await idsAt(person, `/2/users/${bob.id}/followed_lists`)).toEqual([]);
    }
    expect(await bob.asks(`/2/users/${bob.id}/pinned_lists`)).toEqual({ meta: { result_count: 0 } });
    const again = await alice.fetch(`/2/lists/${list.id}`, { method: "DELETE" });
    expect([again.status, await again.json()]).toEqual([200, { data: { deleted: true } }]);
    expect(await statusOf(bob, `/2/lists/${list.id}`, { method: "DELETE" })).toBe(404);
    expect(await statusOf(alice, `/2/lists/${list.id}`, { method: "PUT", json: { name: "x" } })).toBe(404);
    expect(await statusOf(alice, `/2/lists/${list.id}/members`, { json: { user_id: alice.id } })).toBe(404);
    expect(await statusOf(alice, `/2/lists/${list.id}/members/${bob.id}`, { method: "DELETE" })).toBe(404);
  });

  test("is deleted once where the store's answer is lost, and told about once", async () => {
    const world = await newWorld();
    const alice = await world.register("alice", { shard: 0 });
    const list = await newList(alice);
    await adds(alice, list, alice);
    await world.drain();
    world.faults.shard(0, "lost-answer", { times: 1, only: /INSERT INTO "outbox"/i });
    await deletesList(alice, list);
    expect(world.queue.messages).toHaveLength(1);
    const [member] = await rowsAt(world, list.id, "SELECT state, version FROM list_members WHERE list_id = ?", list.id);
    expect(member).toEqual({ state: 1, version: 2 });
  });
});

test("lists of an account that is not active any more are nowhere", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  const list = await newList(alice);
  await adds(alice, list, bob);
  await followsList(bob, list);
  await world.drain();
  await deactivate(world.isolate, alice.id);
  expect(await statusOf(bob, `/2/lists/${list.id}`)).toBe(404);
  expect(await statusOf(bob, `/2/users/${alice.id}/owned_lists`)).toBe(404);
  expect(await idsAt(bob, `/2/users/${bob.id}/list_memberships`)).toEqual([]);
  expect(await idsAt(bob, `/2/users/${bob.id}/followed_lists`)).toEqual([]);
  expect(await statusOf(alice, `/2/lists/${list.id}`, { method: "PUT", json: { name: "x" } }), "the account").toBe(403);
});
