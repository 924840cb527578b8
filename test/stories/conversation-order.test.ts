import fc from "fast-check";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { randomFrom } from "../oracle/plan.ts";
import { readingOrder, wholeConversation, type Said } from "../tweets/conversation-model.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

// Hundreds of requests.
vi.setConfig({ testTimeout: 240_000 });

let world: World;
let people: Person[];

beforeAll(async () => {
  world = await newWorld({ isolates: 2, vars: { ACCESS_TOKEN_SECONDS: "100000000" } });
  people = [];
  // Parts of every conversation lie in other shards than its first tweet.
  for (const shard of [0, 1, 1, 0]) people.push(await world.register("talker", { shard }));
});

const personAt = (index: number): Person => {
  const person = people[index % people.length];
  if (person === undefined) throw new Error("nobody is there");
  return person;
};

/** Posts `tree` in order: each line says who answers which of the lines before it. */
async function say(tree: readonly { author: number; parent: number }[]): Promise<Said[]> {
  const all: Said[] = [];
  for (const { author, parent } of tree) {
    const person = personAt(author);
    const above = all[all.length - 1 - (parent % Math.max(1, all.length))] ?? null;
    const tweet = above === null ? await person.posts("first") : await person.replies(above);
    all.push({ id: tweet.id, authorId: person.id, parent: above });
  }
  return all;
}

const authorOf = (said: Said): Person => people.find((person) => person.id === said.authorId) ?? personAt(0);

const hides = (by: Person, said: Said, hidden = true) =>
  by.asks(`/2/tweets/${said.id}/hidden`, { method: "PUT", json: { hidden } });

const line = fc.record({
  author: fc.nat({ max: 3 }),
  // Near ones make trees deep.
  parent: fc.oneof(fc.constant(0), fc.nat({ max: 2 }), fc.nat({ max: 40 })),
  deleted: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  hidden: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

describe("a whole conversation", () => {
  test("is what it answers, the tweet, its author's thread, then the replies depth first: any tree, from any tweet, in pages of any size", async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 36 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer(),
        async (tree, pageSize, seed) => {
          const random = randomFrom(seed);
          const all = await say(tree);
          const [first] = all;
          if (first === undefined) throw new Error("a tree has a first tweet");
          for (const [index, said] of all.entries()) {
            const wanted = tree[index];
            if (wanted?.hidden === true && said.authorId !== first.authorId && said.parent !== null) {
              await hides(authorOf(first), said);
              said.hidden = true;
            }
            if (wanted?.deleted === true) {
              await authorOf(said).deletes(said);
              said.deleted = true;
            }
          }
          // Events of children before their parents', of deletions before their tweets', and again.
          await world.drain({ random, repeat: 0.3 });
          world.advance(6);
          for (const focal of [first, all[Math.floor(random() * all.length)] ?? first]) {
            for (const viewer of [null, ...people]) {
              if (focal.deleted === true) continue;
              const wanted = readingOrder(all, focal, viewer?.id ?? null);
              const anonymous = viewer === null;
              expect(await wholeConversation(viewer ?? personAt(0), focal, pageSize, { anonymous })).toEqual(wanted);
              expect(await wholeConversation(viewer ?? personAt(0), focal, 100, { anonymous })).toEqual(wanted);
              compared += 1;
            }
          }
        },
      ),
      { numRuns: 20 },
    );
    expect(compared).toBeGreaterThan(100);
  });
});
