import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { rowsAt } from "../support/planting.ts";
import { DAY, heldBy, SMALL_TIERS, timelineOf } from "../support/timelines.ts";
import { newWorld } from "../support/world.ts";
import type { Table } from "./cells.ts";
import { newTally, readAll, type Looking } from "./run.ts";
import { tellStory, type Story } from "./story.ts";
import { TWEET_CELLS } from "./tweet-cells.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Home comes from several sources, which must all keep the same rules. */
const { getHomeTimeline } = TWEET_CELLS;
const HOMES: Table = getHomeTimeline === undefined ? {} : { getHomeTimeline };
const VARS = { ACCESS_TOKEN_SECONDS: "100000000", BREAKER_FAILURES: "100000" };
const CELLS_MIN = 4_000;

/** Everybody's home is as it should be. */
async function expectHomes({ stage, viewers, ...story }: Story, how: Partial<Looking> = {}): Promise<void> {
  const tally = newTally();
  for (const viewer of viewers) {
    const given = { ...story, facts: stage.facts, viewer };
    await readAll({ stage, isolate: stage.world.isolate, ...how }, HOMES, given, tally);
  }
  console.log(`homes: ${tally.cells} cells, by ${tally.requests} requests`);
  expect(tally.wrong.length, tally.wrong.join("\n")).toBe(0);
  expect(tally.cells).toBeGreaterThanOrEqual(CELLS_MIN);
}

describe("a home shows what it may show, nothing else", () => {
  let story: Story;
  beforeAll(async () => {
    const world = await newWorld({ vars: VARS });
    // Timeline objects go by the real clock: what happens here is long ago for them.
    world.advance(-15 * DAY);
    story = await tellStory(world);
  });

  test("where its timeline object does not answer and the store is read", async () => {
    const { world } = story.stage;
    world.faults.timelineObject("error");
    await expectHomes(story, { degraded: "timeline" });
    world.faults.none();
  });

  test("where it was dropped while its reader was away, and is built anew with all that is hidden", async () => {
    const { world } = story.stage;
    for (const viewer of story.viewers) {
      if (viewer === null) continue;
      const timeline = timelineOf(viewer);
      await runDurableObjectAlarm(timeline);
      await evictDurableObject(timeline);
      expect(await heldBy(viewer), viewer.label).toBeNull();
    }
    world.advance(15 * DAY);
    await expectHomes(story);
  });
});

test("a home shows what it may show where authors are not pushed but pulled", async () => {
  const world = await newWorld({ vars: { ...VARS, ...SMALL_TIERS } });
  const story = await tellStory(world, 700);
  world.advance(120);
  for (const author of story.authors) {
    const tiers = "SELECT count(*) AS pulled FROM tweets WHERE author_id = ? AND tier = 'pull'";
    expect((await rowsAt(world, author.id, tiers, author.id))[0], author.label).toMatchObject({
      pulled: expect.toSatisfy((count: number) => count > 5),
    });
  }
  await expectHomes(story);
});
