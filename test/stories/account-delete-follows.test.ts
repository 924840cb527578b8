import { describe, expect, test } from "vitest";
import { hasLeft, outbox, standingEdges } from "../accounts/leave.ts";
import { expectProblem } from "../bad-input/cast.ts";
import { drain } from "../support/drain.ts";
import { countsOf, idsOf, protects } from "../support/graph.ts";
import { plantFollows, plantUsers, signIn } from "../support/planting.ts";
import { newWorld } from "../support/world.ts";

describe("those who stay", () => {
  test("neither follow nor are followed by who is gone: lists and counts are right on both sides", async () => {
    const world = await newWorld();
    const [ada, bob, carol, dan] = await world.registerAll("ada", "bob", "carol", "dan");
    await ada.follows(bob, carol);
    await bob.follows(ada, carol);
    await carol.follows(ada);
    await dan.follows(bob);
    await world.drain();
    await hasLeft(ada);
    await world.drain();
    expect(await countsOf(bob)).toEqual({ followers: 1, following: 1 });
    expect(await countsOf(carol)).toEqual({ followers: 1, following: 0 });
    expect(await countsOf(dan)).toEqual({ followers: 0, following: 1 });
    expect(await idsOf(dan, `/2/users/${bob.id}/followers`)).toEqual([dan.id]);
    expect(await idsOf(dan, `/2/users/${bob.id}/following`)).toEqual([carol.id]);
    expect(await outbox(world, ada)).toBe(0);
  });

  test("do not wait for an answer of who is gone, nor are asked by them", async () => {
    const world = await newWorld();
    const [ada, bob, carol] = await world.registerAll("ada", "bob", "carol");
    for (const person of [ada, carol]) await protects(person);
    await world.drain();
    await bob.follows(ada);
    await ada.follows(carol);
    await world.drain();
    expect(await idsOf(carol, `/2/users/${carol.id}/follow_requests`)).toEqual([ada.id]);
    await hasLeft(ada);
    await world.drain();
    expect(await idsOf(carol, `/2/users/${carol.id}/follow_requests`)).toEqual([]);
    expect(await standingEdges(world, ada)).toBe(0);
  });

  test("are told in pages, however many they are and whatever queues do to the messages", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const crowd = await plantUsers(world, 230);
    await plantFollows(world, crowd, [ada]);
    await plantFollows(world, [ada], crowd);
    let seed = 7;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    await hasLeft(ada);
    const eventsSent = () => world.meter.queue.get("dunlin-events") ?? 0;
    world.meter.reset();
    await drain(world, { random, repeat: 0.3, drop: 0.2 });
    await world.settle();
    expect(eventsSent()).toBeGreaterThan(460);
    expect(await outbox(world, ada)).toBe(0);
    expect(await standingEdges(world, ada)).toBe(0);
    for (const user of crowd) {
      const somebody = await signIn(world, user);
      expect(await countsOf(somebody)).toEqual({ followers: 0, following: 0 });
    }
  });

  test("who followed at the very moment do not follow either, once it is known", async () => {
    const world = await newWorld();
    const [ada, bob] = await world.registerAll("ada", "bob");
    await bob.follows(ada);
    const waiting = world.queue.messages;
    world.queue.messages = [];
    await hasLeft(ada);
    await world.drain();
    // The follow was committed before; its event comes last.
    world.queue.messages = waiting;
    await world.drain();
    expect(await countsOf(bob)).toEqual({ followers: 0, following: 0 });
    expect(await outbox(world, ada)).toBe(0);
  });

  test("cannot follow who is gone", async () => {
    const world = await newWorld();
    const [ada, bob] = await world.registerAll("ada", "bob");
    await hasLeft(ada);
    const answer = await bob.fetch(`/2/users/${bob.id}/following`, { json: { target_user_id: ada.id } });
    await expectProblem(answer, 404);
  });
});
