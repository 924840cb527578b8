import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { CapturedMessage } from "../support/captured-queues.ts";
import { outboxRows } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";
import {
  adds,
  change,
  deletesList,
  followsList,
  idsAt,
  listedCount,
  lookUp,
  newList,
  removes,
  statusOf,
  unfollowsList,
} from "./talk.ts";

// Many steps: a busy machine needs longer than the default.
vi.setConfig({ testTimeout: 120_000 });

/** What the owner does with a list that has Bob and Carol at hand. */
type Act = "add bob" | "remove bob" | "add carol" | "remove carol" | "close" | "open";
const ACTS: readonly Act[] = ["add bob", "remove bob", "add carol", "remove carol", "close", "open"];

/** One number an event decides when it comes; `repeats` come again. */
const delivery = fc.record({
  keys: fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
  repeats: fc.array(fc.nat(), { maxLength: 4 }),
  batch: fc.integer({ min: 1, max: 4 }),
});
type Delivery = typeof delivery extends fc.Arbitrary<infer T> ? T : never;

/** Delivers `events` in the order, in batches of the size and with the repeats that `how` says; every one at least once. */
async function deliver(world: World, events: readonly CapturedMessage[], how: Delivery): Promise<void> {
  if (events.length === 0) return;
  const repeats = how.repeats.map((at) => events[at % events.length]);
  const arrivals = [...events, ...repeats].map((event, index) => ({ event, key: how.keys[index] ?? 0 }));
  const ordered = arrivals.sort((a, b) => a.key - b.key).map(({ event }) => event);
  for (let at = 0; at < ordered.length; at += how.batch) {
    const arriving = ordered.slice(at, at + how.batch);
    world.queue.messages = arriving.flatMap((message) => (message === undefined ? [] : [{ ...message, attempts: 0 }]));
    await world.drain();
  }
}

/** Runs `act`; what it tells is kept back. */
async function keepingEvents(world: World, events: CapturedMessage[], act: () => Promise<unknown>): Promise<void> {
  await act();
  events.push(...world.queue.messages);
  world.queue.loseAll();
}

const listEvents = async (world: World) => (await outboxRows(world)).filter(({ kind }) => kind.startsWith("list-"));

test("members and listed counts end as the owner left the list, in whatever order and however often events come", async () => {
  const world = await newWorld();
  const met = { listed: 0, closed: 0, deleted: 0 };
  const story = fc.record({
    acts: fc.array(fc.constantFrom(...ACTS), { minLength: 1, maxLength: 7 }),
    deleted: fc.boolean(),
    early: fc.nat({ max: 8 }),
    before: delivery,
    after: delivery,
  });
  await fc.assert(
    fc.asyncProperty(story, async ({ acts, deleted, early, before, after }) => {
      const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
      const list = await newList(alice);
      const inside = new Set<Person>();
      let closed = false;
      const does = async (act: Act): Promise<void> => {
        const [verb, name] = act.split(" ");
        const person = name === "bob" ? bob : carol;
        if (verb === "add") await adds(alice, list, person);
        else if (verb === "remove") await removes(alice, list, person);
        else await change(alice, list, { private: verb === "close" });
        if (verb === "add") inside.add(person);
        else if (verb === "remove") inside.delete(person);
        else closed = verb === "close";
      };
      let events: CapturedMessage[] = [];
      for (const [index, act] of acts.entries()) {
        await keepingEvents(world, events, () => does(act));
        // Some of the events come in the midst of it, and again with the rest.
        if (index === early) await deliver(world, events, before);
      }
      if (deleted) await keepingEvents(world, events, () => deletesList(alice, list));
      await deliver(world, events, after);
      for (const person of [bob, carol]) {
        const stands = inside.has(person) && !deleted;
        expect(await listedCount(bob, person)).toBe(stands && !closed ? 1 : 0);
        const path = `/2/users/${person.id}/list_memberships`;
        expect(await idsAt(person, path)).toEqual(stands && !closed ? [list.id] : []);
        expect(await idsAt(alice, path)).toEqual(stands ? [list.id] : []);
        if (stands && !closed) met.listed += 1;
      }
      if (deleted) expect(await statusOf(alice, `/2/lists/${list.id}`)).toBe(404);
      else expect(await lookUp(alice, list)).toMatchObject({ member_count: inside.size, private: closed });
      if (closed) met.closed += 1;
      if (deleted) met.deleted += 1;
      events = [];
    }),
    { numRuns: 60 },
  );
  expect(Math.min(...Object.values(met)), `every end was met: ${JSON.stringify(met)}`).toBeGreaterThan(5);
  expect(await listEvents(world), "nothing is left to tell").toEqual([]);
});

test("followers of a list and their count end in the last state, in whatever order and however often events come", async () => {
  const world = await newWorld();
  let followed = 0;
  const story = fc.record({ changes: fc.array(fc.nat({ max: 1 }), { minLength: 1, maxLength: 6 }), how: delivery });
  await fc.assert(
    fc.asyncProperty(story, async ({ changes, how }) => {
      const people = await world.registerAll("bob", "carol");
      const alice = await world.register("alice");
      const list = await newList(alice);
      const following = new Set<Person>();
      const events: CapturedMessage[] = [];
      for (const which of changes) {
        const person = people[which] ?? people[0];
        const act = following.has(person) ? unfollowsList : followsList;
        await keepingEvents(world, events, () => act(person, list));
        if (!following.delete(person)) following.add(person);
      }
      await deliver(world, events, how);
      expect(await lookUp(alice, list)).toMatchObject({ follower_count: following.size });
      const ids = await idsAt(alice, `/2/lists/${list.id}/followers`);
      expect([...ids].sort()).toEqual([...following].map(({ id }) => id).sort());
      followed += following.size;
    }),
    { numRuns: 40 },
  );
  expect(followed, "both ends were met").toBeGreaterThan(5);
  expect(await listEvents(world)).toEqual([]);
});
