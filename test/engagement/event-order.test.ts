import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { idsAt, newestFirst } from "../lists/talk.ts";
import { randomFrom } from "../oracle/plan.ts";
import { newWorld, type Person, type World } from "../support/world.ts";
import { bookmarks, bookmarkedBy, countsOf, FRESH, likedBy, likes, unbookmarks, unlikes, untold } from "./talk.ts";

// Many steps: a busy machine needs longer than the default.
vi.setConfig({ testTimeout: 120_000 });

/** Somebody takes up or ends an edge to a tweet, and perhaps some of the messages come before the next does. */
interface Act {
  readonly who: number;
  readonly which: number;
  readonly kind: "like" | "bookmark";
  /** Batches delivered behind it. */
  readonly batches: number;
  /** What befalls the consumers meanwhile. */
  readonly trouble: "error" | "lost-answer" | null;
}
const act: fc.Arbitrary<Act> = fc.record({
  who: fc.nat({ max: 2 }),
  which: fc.nat({ max: 1 }),
  kind: fc.constantFrom("like", "like", "bookmark"),
  batches: fc.nat({ max: 2 }),
  trouble: fc.option(fc.constantFrom("error", "lost-answer"), { freq: 4 }),
});

const DO = { like: [unlikes, likes], bookmark: [unbookmarks, bookmarks] } as const;

/** Consumers' statements: requests are not to fail. */
const CONSUMING = /engagement_counts|DELETE FROM "outbox"/i;

async function deliverSome(world: World, { batches, trouble }: Act, random: () => number) {
  if (trouble !== null) {
    for (const shard of [0, 1])
      world.faults.shard(shard, trouble, { times: 1 + Number(random() < 0.5), only: CONSUMING });
  }
  const done = await world.drain({ random, repeat: 0.3, drop: 0.15, batches, failing: "lose" });
  world.faults.none();
  return done;
}

test("counts, likers and everybody's own lists end as people left them, however messages are lost, repeated and reordered", async () => {
  const world = await newWorld({ isolates: 2, vars: FRESH });
  const authors = [await world.register("author", { shard: 0 }), await world.register("author", { shard: 1 })];
  const people: Person[] = [];
  for (const shard of [0, 1, 1]) people.push(await world.register("reader", { shard }));
  const met = { on: 0, off: 0, repeated: 0, dropped: 0, retried: 0 };
  const story = fc.record({
    acts: fc.array(act, { minLength: 1, maxLength: 14 }),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(story, async ({ acts, seed }) => {
      const random = randomFrom(seed);
      const tweets = [];
      for (const author of authors) tweets.push(await author.posts("to be liked"));
      await world.drain();
      const standing = new Set<string>();
      for (const one of acts) {
        const [person, tweet] = [people[one.who], tweets[one.which]];
        if (person === undefined || tweet === undefined) throw new Error("nobody, or nothing");
        const key = `${one.kind} ${one.who} ${one.which}`;
        const on = standing.has(key) ? 0 : 1;
        if (on === 0) standing.delete(key);
        else standing.add(key);
        met[on === 1 ? "on" : "off"] += 1;
        await DO[one.kind][on](person.at(world.isolateFor(random)), tweet);
        const { repeated, dropped, retried } = await deliverSome(world, one, random);
        met.repeated += repeated;
        met.dropped += dropped;
        met.retried += retried;
      }
      await world.settle({ random, repeat: 0.2 });
      for (const [which, tweet] of tweets.entries()) {
        const byKind = (kind: Act["kind"]) => people.filter((_, who) => standing.has(`${kind} ${who} ${which}`));
        const [likers, bookmarkers] = [byKind("like"), byKind("bookmark")];
        const [reader] = people;
        if (reader === undefined) throw new Error("nobody reads");
        const counts = { like_count: likers.length, bookmark_count: bookmarkers.length };
        expect(await countsOf(reader, tweet)).toEqual(counts);
        expect(await idsAt(reader, `/2/tweets/${tweet.id}/liking_users`)).toEqual(newestFirst(...likers));
        for (const person of people) {
          expect((await likedBy(person)).includes(tweet.id)).toBe(likers.includes(person));
          expect((await bookmarkedBy(person)).includes(tweet.id)).toBe(bookmarkers.includes(person));
        }
      }
      expect(await untold(world, ...people), "nothing is left to tell").toEqual([]);
    }),
    { numRuns: 40 },
  );
  expect(Math.min(...Object.values(met)), `everything was met: ${JSON.stringify(met)}`).toBeGreaterThan(15);
});
