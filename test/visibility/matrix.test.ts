import { beforeAll, expect, test, vi } from "vitest";
import { operations } from "../../workers/openapi.ts";
import { newWorld } from "../support/world.ts";
import type { Tweet } from "./facts.ts";
import { RULE_NAMES } from "./plain-rules.ts";
import { cellsOf, newTally, readAll, type Tally } from "./run.ts";
import { tellStory, type Story } from "./story.ts";
import { TABLE } from "./table.ts";

// Some eight thousand requests.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** What one run checks, less a little: cells that are gone without anybody noticing are no proof. */
const CELLS_MIN = 45_000;
const COUNTS_MIN = 130_000;
const WRONG_SHOWN_MAX = 60;

let story: Story;
const tally: Tally = newTally();

beforeAll(async () => {
  story = await tellStory(await newWorld({ isolates: 2, vars: { ACCESS_TOKEN_SECONDS: "100000000" } }));
});

test("whoever looks sees by every reading route what they may see, nothing else, and counts that tell no more", async () => {
  const { stage, viewers } = story;
  for (const [index, viewer] of viewers.entries()) {
    const isolate = stage.world.isolates[index % 2] ?? stage.world.isolate;
    await readAll({ stage, isolate }, TABLE, { ...story, facts: stage.facts, viewer }, tally);
  }
  const perRule = [...tally.byRule].map(([rule, count]) => `${rule} ${count}`).join(", ");
  console.log(
    `the visibility matrix: ${tally.cells} cells and ${tally.counts} counts of ${tally.byRoute.size} routes for ` +
      `${viewers.length} viewers, by ${tally.requests} requests; kept out by rule: ${perRule}`,
  );
  const { wrong } = tally;
  expect(wrong.length, wrong.slice(0, WRONG_SHOWN_MAX).join("\n")).toBe(0);
  expect(tally.cells).toBeGreaterThanOrEqual(CELLS_MIN);
  expect(tally.counts).toBeGreaterThanOrEqual(COUNTS_MIN);
});

test("the tweets looked at are of every kind for every author, standing and deleted", () => {
  for (const author of story.authors) {
    const theirs = story.targets.filter((tweet) => tweet.author === author);
    const has = (kind: (tweet: Tweet) => boolean) => theirs.some(kind);
    expect({
      plain: has((one) => !one.deleted && !one.replyTo && !one.quotes && !one.retweets),
      reply: has((one) => !one.deleted && one.replyTo !== undefined),
      quote: has((one) => !one.deleted && one.quotes !== undefined),
      retweet: has((one) => !one.deleted && one.retweets !== undefined),
      deleted: has((one) => one.deleted),
      hidden: has((one) => one.hiddenReply),
    }).toEqual({ plain: true, reply: true, quote: true, retweet: true, deleted: true, hidden: author.label === "pub" });
  }
  expect(story.authors.map((author) => [author.protected, author.gone])).toEqual([
    [false, false],
    [false, false],
    [false, true],
    [true, false],
  ]);
});

test("every rule was needed", () => {
  for (const rule of RULE_NAMES) expect(tally.byRule.get(rule) ?? 0, rule).toBeGreaterThan(10);
});

test("every reading route has cells, for those signed in and for those not", () => {
  // A socket tells ids of one's own home alone: test/stories/live-home.test.ts.
  const reading = operations.filter((one) => one.method === "get" && one.success.status !== 101);
  expect(Object.keys(TABLE).toSorted()).toEqual(reading.map((one) => one.id).toSorted());
  for (const { id, path } of reading) {
    const pattern = new RegExp(`^/2${path.replaceAll(/:\w+/g, "[^/?]+")}(\\?|$)`);
    for (const viewer of story.viewers) {
      const paths = cellsOf(TABLE, id, { ...story, facts: story.stage.facts, viewer }).map((cell) => cell.path);
      expect(paths.length, id).toBeGreaterThan(0);
      for (const one of paths) expect(one, id).toMatch(pattern);
    }
    expect(tally.byRoute.get(id) ?? 0, id).toBeGreaterThan(10);
  }
});
