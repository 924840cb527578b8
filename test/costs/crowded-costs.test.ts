import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { feedKey, PULL_LIST_KEY } from "../../durable-objects/feed.ts";
import { plantFollows, plantTweets, plantUsers } from "../support/planting.ts";
import { countedWorld, usageOf } from "./operations.ts";
import type { Usage } from "./usage.ts";

/** The bill of pages where very many meet; `npm run bench` prints these with the others. */
declare module "vitest" {
  interface TaskMeta {
    usages?: Usage[];
  }
}

const CELEBRITIES = 500;
const REPLIES = 500;

describe("what reading costs where very many meet", () => {
  test("a home with 500 pull authors reads each feed once from KV, and nothing while the isolate remembers them", async ({
    task,
  }) => {
    const world = await countedWorld();
    const reader = await world.register("reader");
    const stars = await plantUsers(world, CELEBRITIES);
    await plantFollows(world, [reader], stars);
    const from = world.now() - 3_600_000;
    for (const [index, star] of stars.entries()) {
      const [id = ""] = await plantTweets(world, star, { count: 1, from: from + index * 1000, every: 1, tier: "pull" });
      const entry = { id, tweetId: id, authorId: star.id, actorId: star.id };
      await env.FEEDS.put(feedKey(star.id), JSON.stringify({ v: 2, floor: "0".repeat(19), entries: [entry] }));
    }
    await env.FEEDS.put(PULL_LIST_KEY, JSON.stringify(stars.map((star) => star.id)));
    const page = { max_results: 20 };
    await reader.home(page);
    const warm = await usageOf(world, `home, ${CELEBRITIES} pull authors followed, warm`, () => reader.home(page));
    world.advance(61);
    const later = await usageOf(world, `home, ${CELEBRITIES} pull authors followed, feeds forgotten`, () =>
      reader.home(page),
    );
    task.meta.usages = [warm, later];
    expect(warm).toMatchObject({ d1Statements: 0, kvReads: 0, objectCalls: 1 });
    // Each feed, and the list of who is pulled.
    expect(later.kvReads).toBe(CELEBRITIES + 1);
    expect((await reader.home(page)).ids).toHaveLength(20);
  });

  test("the first page of a talk of 500 replies is at most 6 D1 queries", async ({ task }) => {
    const world = await countedWorld();
    const people = await world.registerAll("ann", "bea", "cid");
    const [ann] = people;
    const root = await ann.posts("root");
    for (let index = 0; index < REPLIES; index += 1) await (people[index % 3] ?? ann).replies(root);
    await world.drain();
    world.advance(120);
    const fresh = ann.at(world.isolates[1] ?? world.isolate);
    const read = () => fresh.page(`/2/tweets/${root.id}/conversation`, { max_results: 20 });
    const operation = `conversation of ${REPLIES} replies, first page of 20, isolate cold`;
    const cold = await usageOf(world, operation, read);
    task.meta.usages = [cold];
    expect(cold.d1Statements).toBeLessThanOrEqual(6);
    expect(cold.d1RowsWritten).toBe(0);
  });
});
