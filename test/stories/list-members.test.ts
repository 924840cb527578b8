import { describe, expect, test } from "vitest";
import { deactivate } from "../accounts/send.ts";
import {
  adds,
  deletesList,
  idsAt,
  listedCount,
  lookUp,
  newestFirst,
  newList,
  removes,
  statusOf,
} from "../lists/talk.ts";
import { outboxRows, rowsAt } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

const add = (owner: Person, list: { id: string }, userId: string, idempotencyKey?: string) =>
  owner.fetch(`/2/lists/${list.id}/members`, {
    json: { user_id: userId },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
const membersOf = (person: Person, list: { id: string }) => idsAt(person, `/2/lists/${list.id}/members`);
const eventsLeft = async (world: World) => (await outboxRows(world)).filter(({ kind }) => kind.startsWith("list-"));
const listsWith = (person: Person, user: { id: string }) => idsAt(person, `/2/users/${user.id}/list_memberships`);

describe("a member", () => {
  test("is in the list at once, and the list among the member's own once the event has come", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const list = await newList(alice);
    const answer = await add(alice, list, bob.id);
    expect([answer.status, await answer.json()]).toEqual([200, { data: { is_member: true } }]);
    await adds(alice, list, alice);
    expect(await membersOf(carol, list)).toEqual(newestFirst(alice, bob));
    expect(await lookUp(carol, list)).toMatchObject({ member_count: 2 });
    expect(await listsWith(carol, bob)).toEqual([]);
    await world.drain();
    expect(await eventsLeft(world), "every event is done with").toEqual([]);
    for (const person of [alice, bob, carol]) expect(await listsWith(person, bob)).toEqual([list.id]);
    expect(await listedCount(carol, bob)).toBe(1);
    expect(await listedCount(carol, carol)).toBe(0);
  });

  test("who is taken out is out at once, and can be put in again", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const list = await newList(alice);
    await adds(alice, list, bob);
    expect(await removes(alice, list, bob)).toEqual({ data: { is_member: false } });
    expect(await membersOf(bob, list)).toEqual([]);
    expect(await lookUp(bob, list)).toMatchObject({ member_count: 0 });
    await world.drain();
    expect([await listsWith(bob, bob), await listedCount(bob, bob)]).toEqual([[], 0]);
    await adds(alice, list, bob);
    await world.drain();
    expect([await listsWith(bob, bob), await listedCount(bob, bob)]).toEqual([[list.id], 1]);
    expect(await lookUp(bob, list)).toMatchObject({ member_count: 1 });
  });

  test("added twice is added once, and taking out who is not in changes nothing: no row, no event", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const list = await newList(alice);
    await adds(alice, list, bob);
    await world.drain();
    world.meter.reset();
    await adds(alice, list, bob);
    expect(await removes(alice, list, carol)).toEqual({ data: { is_member: false } });
    expect(await removes(alice, list, { id: "1" })).toEqual({ data: { is_member: false } });
    expect(world.meter.d1.rowsWritten).toBe(0);
    expect(world.queue.messages).toEqual([]);
    expect(await lookUp(alice, list)).toMatchObject({ member_count: 1 });
  });

  test("must be somebody with an active account", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const list = await newList(alice);
    await deactivate(world.isolate, bob.id);
    for (const id of [bob.id, "1", list.id]) expect((await add(alice, list, id, `key-${id}`)).status).toBe(404);
    for (const json of [{}, { user_id: "x" }, { user_id: Number(bob.id) }, { user_id: null }]) {
      expect(await statusOf(alice, `/2/lists/${list.id}/members`, { json })).toBe(400);
    }
    expect(await lookUp(alice, list)).toMatchObject({ member_count: 0 });
  });

  test("whose account ends later is in no page of the list", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const list = await newList(alice);
    await adds(alice, list, bob, carol);
    await deactivate(world.isolate, bob.id);
    expect(await membersOf(alice, list)).toEqual([carol.id]);
    expect(await statusOf(alice, `/2/users/${bob.id}/list_memberships`)).toBe(404);
    expect(await removes(alice, list, bob), "and can be taken out").toEqual({ data: { is_member: false } });
    expect(await lookUp(alice, list)).toMatchObject({ member_count: 1 });
  });

  test("who blocks the owner cannot be added, and can again after an unblock", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const list = await newList(alice);
    await bob.asks(`/2/users/${bob.id}/blocking`, { json: { target_user_id: alice.id } });
    const refused = await add(alice, list, bob.id, "key");
    expect(refused.status, "before the block's event has come").toBe(403);
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("blocks you") });
    expect(await lookUp(alice, list)).toMatchObject({ member_count: 0 });
    await bob.asks(`/2/users/${bob.id}/blocking/${alice.id}`, { method: "DELETE" });
    expect((await add(alice, list, bob.id, "key")).status).toBe(200);
    await world.drain();
  });

  test("added under an Idempotency-Key is not added anew when taken out meanwhile", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const list = await newList(alice);
    const first = await (await add(alice, list, bob.id, "key")).text();
    await removes(alice, list, bob);
    expect(await (await add(alice, list, bob.id, "key")).text()).toBe(first);
    expect(await membersOf(alice, list)).toEqual([]);
    expect((await add(alice, list, carol.id, "key")).status, "the key is another request's").toBe(422);
    expect(await membersOf(alice, list)).toEqual([]);
  });

  test("is added and taken out once where the store's answer is lost, and told about once each", async () => {
    const world = await newWorld();
    const alice = await world.register("alice", { shard: 0 });
    const bob = await world.register("bob");
    const list = await newList(alice);
    for (const act of [() => adds(alice, list, bob), () => removes(alice, list, bob), () => adds(alice, list, bob)]) {
      world.faults.shard(0, "lost-answer", { times: 1, only: /INSERT INTO "outbox"/i });
      await act();
      expect(world.queue.messages).toHaveLength(1);
      await world.drain();
    }
    expect(await lookUp(bob, list)).toMatchObject({ member_count: 1 });
    expect(await listedCount(bob, bob)).toBe(1);
    expect(await rowsAt(world, list.id, "SELECT state, version FROM list_members WHERE list_id = ?", list.id)).toEqual([
      { state: 1, version: 3 },
    ]);
  });

  test("whose event the queue lost hears of it by the sweep", async () => {
    const world = await newWorld({ vars: { ACCESS_TOKEN_SECONDS: "100000" } });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const list = await newList(alice);
    await adds(alice, list, bob);
    world.queue.loseAll();
    await world.settle({ rounds: 1 });
    expect(await listsWith(bob, bob)).toEqual([list.id]);
    await deletesList(alice, list);
    world.queue.loseAll();
    await world.settle({ rounds: 1 });
    expect(await listedCount(bob, bob)).toBe(0);
    expect(await eventsLeft(world)).toEqual([]);
  });
});
