import { beforeEach, expect, test } from "vitest";
import { answers, blocks, mutes, mutesWord, protects, unblocks, unmutes, unmutesWord } from "../support/graph.ts";
import { takeObjectRows, watchObjectRows } from "../support/object-rows.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

/** The bill of blocks, mutes and requests: rows written before the answer, by the consumers behind it, and in timelines. */
let world: World;
let ann: Person;
let ben: Person;

beforeEach(async () => {
  await watchObjectRows();
  world = await newWorld();
  ann = await world.register("ann", { shard: 0 });
  ben = await world.register("ben", { shard: 1 });
  for (const person of [ann, ben]) await person.home();
});

async function priceOf(work: () => Promise<unknown>): Promise<{ forward: number; consumers: number; objects: number }> {
  world.meter.reset();
  takeObjectRows();
  await work();
  const forward = world.meter.d1.rowsWritten;
  await world.drain();
  return { forward, consumers: world.meter.d1.rowsWritten - forward, objects: takeObjectRows().written };
}

test("a block of a stranger, and its end, write four rows in D1, and what each of the two timelines hides", async () => {
  // Edge and event; then the edge from the other side, and the event goes. The first one tells each head that there is one.
  expect(await priceOf(() => blocks(ann, ben))).toEqual({ forward: 2, consumers: 2, objects: 4 });
  expect(await priceOf(() => unblocks(ann, ben))).toEqual({ forward: 2, consumers: 2, objects: 2 });
});

test("a block between mutual followers writes six rows more for each follow that it ends", async () => {
  await ann.follows(ben);
  await ben.follows(ann);
  await world.drain();
  const { forward, consumers } = await priceOf(() => blocks(ann, ben));
  expect({ forward, consumers }).toEqual({ forward: 5, consumers: 11 });
});

test("a mute, and its end, write three rows in D1, and so does a muted word; telling a timeline again costs it nothing", async () => {
  // Edge and event, which goes.
  expect(await priceOf(() => mutes(ann, ben))).toEqual({ forward: 2, consumers: 1, objects: 2 });
  expect(await priceOf(() => unmutes(ann, ben))).toEqual({ forward: 2, consumers: 1, objects: 1 });
  expect(await priceOf(() => mutesWord(ann, "spoiler"))).toEqual({ forward: 2, consumers: 1, objects: 1 });
  expect(await priceOf(() => unmutesWord(ann, "spoiler"))).toEqual({ forward: 2, consumers: 1, objects: 1 });
});

test("a request to follow writes four rows in D1, and its approval ten", async () => {
  await protects(ann);
  await world.drain();
  // Edge and event; the request, and the event goes.
  expect(await priceOf(() => ben.follows(ann))).toMatchObject({ forward: 2, consumers: 2 });
  // The request and the answer; edge, count and event in the requester's shard; the other side's edge and count, the request
  // goes, and both events go.
  expect(await priceOf(() => answers(ann, ben, "approve"))).toMatchObject({ forward: 2, consumers: 8 });
});
