import conversations from "virtual:real-conversations";
import { describe, expect, test, vi } from "vitest";
import { conversationPages, readingOrder, type Said } from "../tweets/conversation-model.ts";
import { plantUsers, signIn } from "../support/planting.ts";
import { newWorld, type World } from "../support/world.ts";

// Hundreds of requests.
vi.setConfig({ testTimeout: 240_000 });

const QUERIES_MAX = 6;

/** Says it all again, each by an account of its own. */
async function retell(world: World, conversation: NonNullable<typeof conversations>[number]): Promise<Said[]> {
  const planted = await plantUsers(world, new Set(conversation.map(([author]) => author)).size);
  const people = await Promise.all(planted.map((user) => signIn(world, user)));
  const all: Said[] = [];
  for (const [author, parentIndex] of conversation) {
    const person = people[author];
    if (person === undefined) throw new Error("everybody has an account");
    const parent = parentIndex === null ? null : (all[parentIndex] ?? null);
    const tweet = parent === null ? await person.posts("first") : await person.replies(parent);
    all.push({ id: tweet.id, authorId: person.id, parent });
  }
  return all;
}

const depthOf = (said: Said): number => (said.parent === null ? 0 : 1 + depthOf(said.parent));
const widthOf = (all: readonly Said[]): number =>
  Math.max(...all.map((said) => all.filter((other) => other.parent === said).length));

describe.skipIf(conversations === null)("real conversations", () => {
  test("25 deep and more, and 130 wide and more, are read whole from their first tweet, at most 6 queries a page", async () => {
    const world = await newWorld({ vars: { ACCESS_TOKEN_SECONDS: "100000000" } });
    const reader = await world.register("reader");
    const [depths, widths]: [number[], number[]] = [[], []];
    for (const conversation of conversations ?? []) {
      const all = await retell(world, conversation);
      await world.drain();
      const [first] = all;
      if (first === undefined) throw new Error("a conversation has a first tweet");
      depths.push(Math.max(...all.map(depthOf)));
      widths.push(widthOf(all));
      const deepest = all.find((said) => depthOf(said) === Math.max(...all.map(depthOf))) ?? first;
      for (const [focal, size] of [
        [first, 100],
        [first, 20],
        [deepest, 20],
      ] as const) {
        world.meter.reset();
        const costs: number[] = [];
        const pages = await conversationPages(reader, focal, size, {
          eachPage: () => {
            costs.push(world.meter.d1.requests);
            world.meter.reset();
          },
        });
        expect(pages.flat()).toEqual(readingOrder(all, focal, reader.id));
        expect(Math.max(...costs)).toBeLessThanOrEqual(QUERIES_MAX);
      }
    }
    console.log(`real conversations: ${depths.join(", ")} deep, ${widths.join(", ")} wide`);
    expect(Math.max(...depths)).toBeGreaterThanOrEqual(25);
    expect(Math.max(...widths)).toBeGreaterThanOrEqual(130);
  });
});
