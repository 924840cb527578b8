import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { newWorld, type Person, type World } from "../support/world.ts";
import type { CapturedMessage } from "../support/captured-queues.ts";

// Many steps, or waits that a feed object makes of its own: a busy machine needs longer than the default.
vi.setConfig({ testTimeout: 120_000 });

interface Delivery {
  /** Which of the events comes next; every one comes at least once. */
  readonly order: readonly number[];
  /** Messages a batch: those of one batch are worked on at once. */
  readonly batch: number;
}

/** An order in which `count` events arrive, with up to three repeats anywhere. */
const deliveryOf = (count: number): fc.Arbitrary<Delivery> =>
  fc
    .tuple(
      fc.array(fc.nat({ max: count - 1 }), { maxLength: 3 }),
      fc.array(fc.nat(), { minLength: count + 3, maxLength: count + 3 }),
      fc.integer({ min: 1, max: 4 }),
    )
    .map(([repeats, keys, batch]) => {
      const arrivals = [...Array(count).keys(), ...repeats].map((event, index) => ({ event, key: keys[index] ?? 0 }));
      return { order: arrivals.sort((a, b) => a.key - b.key).map(({ event }) => event), batch };
    });

const story = fc.integer({ min: 1, max: 5 }).chain((changes) =>
  fc.record({
    changes: fc.constant(changes),
    delivery: deliveryOf(changes),
    warm: fc.boolean(),
    postAfter: fc.nat({ max: changes }),
  }),
);

async function deliver(world: World, events: readonly CapturedMessage[], { order, batch }: Delivery): Promise<void> {
  for (let at = 0; at < order.length; at += batch) {
    const arriving = order.slice(at, at + batch).map((index) => events[index]);
    world.queue.messages = arriving.flatMap((message) => (message === undefined ? [] : [{ ...message, attempts: 0 }]));
    await world.drain();
  }
}

async function countsOf(person: Person): Promise<unknown> {
  const { data } = await person.asks<{ data: { public_metrics: unknown } }>(`/2/users/${person.id}`);
  return data.public_metrics;
}

test("follow, unfollow and refollow end in the last state, counts exact, in whatever order and however often events come", async () => {
  const world = await newWorld();
  let finalStates = 0;
  await fc.assert(
    fc.asyncProperty(story, async ({ changes, delivery, warm, postAfter }) => {
      const [alice, bob] = await world.registerAll("alice", "bob");
      const posted = [await alice.posts("before")];
      await world.drain();
      if (warm) await bob.home();
      const follows: CapturedMessage[] = [];
      for (let change = 0; change < changes; change += 1) {
        if (change === postAfter) {
          posted.unshift(await alice.posts("meanwhile"));
          await world.drain();
        }
        await (change % 2 === 0 ? bob.follows(alice) : bob.unfollows(alice));
        follows.push(...world.queue.messages);
        world.queue.loseAll();
      }
      await deliver(world, follows, delivery);
      const follow = changes % 2 === 1;
      if (follow) finalStates += 1;
      expect(await bob.wholeHome()).toEqual(follow ? posted.map((tweet) => tweet.id) : []);
      expect(await countsOf(alice)).toMatchObject({ followers_count: follow ? 1 : 0 });
      expect(await countsOf(bob)).toMatchObject({ following_count: follow ? 1 : 0 });
      const followers = await bob.asks<{ data?: { id: string }[] }>(`/2/users/${alice.id}/followers`);
      expect(followers.data?.map((user) => user.id) ?? []).toEqual(follow ? [bob.id] : []);
    }),
    { numRuns: 40 },
  );
  expect(finalStates, "both ends were met").toBeGreaterThan(5);
});
