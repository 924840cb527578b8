import { beforeAll, expect, test, vi } from "vitest";
import { newWorld } from "../support/world.ts";
import type { Table } from "./cells.ts";
import type { Account, List, Tweet } from "./facts.ts";
import type { Viewer } from "./plain-rules.ts";
import { newTally, readAll, type Looking } from "./run.ts";
import { Stage } from "./stage.ts";
import { TABLE } from "./table.ts";
import { TWEET_CELLS } from "./tweet-cells.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Seconds. */
const VISIBILITY_BOUND = 5;
const CONTENT_CACHE = 60;

/** What warms an isolate's memory of tweets. */
const LOOKUPS: Table = { getTweets: TWEET_CELLS["getTweets"] ?? (() => []) };

/**
 * Lists without replies or without retweets come from the same reads as the whole ones: they are read at first and at last,
 * and at once by whoever it is for, but not again by everybody after each act.
 */
const plain = (table: Table): Table =>
  Object.fromEntries(
    Object.entries(table).map(([route, cells]) => [
      route,
      (given) => cells(given).filter(({ path }) => !path.includes("exclude=")),
    ]),
  );
const PLAIN_TABLE = plain(TABLE);
const PLAIN_TWEET_CELLS = plain(TWEET_CELLS);

/** Three who follow and talk to one another. */
interface Cast {
  readonly stage: Stage;
  readonly me: Account;
  readonly you: Account;
  readonly friend: Account;
  readonly mine: Tweet;
  readonly yours: Tweet;
  readonly theirs: Tweet;
  readonly myAnswer: Tweet;
  readonly yourAnswer: Tweet;
  readonly myList: List;
  readonly myOtherList: List;
}

async function meet(): Promise<Cast> {
  const world = await newWorld({ isolates: 2, vars: { ACCESS_TOKEN_SECONDS: "100000000" } });
  const stage = new Stage(world);
  const [me, you, friend] = await stage.registers("me", "you", "friend");
  await followAll(stage, me, you, friend);
  await world.drain();
  const mine = await stage.posts(me, "plain", { mentions: [you, friend] });
  const yours = await stage.posts(you, "plain", { mentions: [me, friend] });
  const theirs = await stage.posts(friend, "plain", { mentions: [me, you] });
  const myAnswer = await stage.replies(me, yours);
  const yourAnswer = await stage.replies(you, mine);
  await talk(stage, me, you, [theirs, yours]);
  await talk(stage, you, me, [theirs, mine]);
  await talk(stage, friend, me, [mine, yours, myAnswer, yourAnswer]);
  for (const account of [me, you, friend]) {
    await stage.bookmarks(account, await stage.makesFolder(account), mine, yours, theirs);
  }
  const myList = await stage.makesList(me, "list", [me, you, friend]);
  const myOtherList = await stage.makesList(me, "other list", [you]);
  await stage.makesList(friend, "list", [me, you, friend]);
  for (const account of [you, friend]) await stage.followsList(account, myList, myOtherList);
  await world.drain();
  world.advance(CONTENT_CACHE);
  return { stage, me, you, friend, mine, yours, theirs, myAnswer, yourAnswer, myList, myOtherList };
}

async function followAll(stage: Stage, ...all: readonly Account[]): Promise<void> {
  for (const one of all) await stage.follows(one, ...all.filter((other) => other !== one));
}

async function talk(stage: Stage, author: Account, to: Account, tweets: readonly Tweet[]): Promise<void> {
  await stage.posts(author, "aubergine", { mentions: [to] });
  for (const tweet of tweets) {
    await stage.replies(author, tweet);
    await stage.quotes(author, tweet);
    await stage.retweets(author, tweet);
    await stage.likes(author, tweet);
  }
}

let cast: Cast;
beforeAll(async () => {
  cast = await meet();
  const [here] = isolates();
  await expectRight(everybody(), TABLE, { isolate: here }, "at first");
});

const everybody = (): Viewer[] => [null, cast.me, cast.you, cast.friend];

function isolates() {
  const { world } = cast.stage;
  const [here = world.isolate, there = here] = world.isolates;
  return [here, there] as const;
}

/** All of `viewers` see what they should. @returns how many cells were checked. */
async function expectRight(
  viewers: readonly Viewer[],
  table: Table,
  looking: Omit<Looking, "stage">,
  when: string,
): Promise<number> {
  const { stage, me, you, friend, mine, yours, theirs, myAnswer, yourAnswer } = cast;
  const targets = [mine, yours, theirs, myAnswer, yourAnswer];
  const subjects = { facts: stage.facts, authors: [me, you, friend], targets };
  const tally = newTally();
  const how = { stage, paging: false, ...looking };
  for (const viewer of viewers) await readAll(how, table, { ...subjects, viewer }, tally);
  expect(tally.wrong.length, [when, ...tally.wrong].join("\n")).toBe(0);
  return tally.cells;
}

interface Act {
  readonly who: "me" | "you";
  /** What must be so before. */
  readonly first?: (cast: Cast) => Promise<void>;
  readonly does: (cast: Cast) => Promise<void>;
  /** It changes lists of people or of lists, too. */
  readonly people?: boolean;
  /** Everybody sees it at once: in the isolate where it happens, or in all, where nothing of it is remembered. */
  readonly forAll?: "here" | "everywhere";
}

/** One after another, in the same world. */
const ACTS: Readonly<Record<string, Act>> = {
  "a mute": { who: "me", does: ({ stage, me, you }) => stage.mutes(me, you) },
  "the end of a mute": { who: "me", does: ({ stage, me, you }) => stage.unmutes(me, you) },
  "a muted word": { who: "me", does: ({ stage, me }) => stage.mutesWord(me, "aubergine") },
  "the end of a muted word": { who: "me", does: ({ stage, me }) => stage.unmutesWord(me, "aubergine") },
  "a hidden reply": {
    who: "me",
    does: ({ stage, me, yourAnswer }) => stage.hidesReply(me, yourAnswer),
    forAll: "everywhere",
  },
  "a list made private": {
    who: "me",
    people: true,
    does: ({ stage, myList }) => stage.closesList(myList),
    forAll: "everywhere",
  },
  "a list deleted": {
    who: "me",
    people: true,
    does: ({ stage, myOtherList }) => stage.deletesList(myOtherList),
    forAll: "everywhere",
  },
  "an unfollow": { who: "me", people: true, does: ({ stage, me, you }) => stage.unfollows(me, you) },
  protection: {
    who: "you",
    people: true,
    first: ({ stage, me, you }) => stage.follows(me, you),
    does: ({ stage, you }) => stage.protects(you),
    forAll: "here",
  },
  "an unfollow of a protected account": {
    who: "me",
    people: true,
    does: ({ stage, me, you }) => stage.unfollows(me, you),
  },
  "the end of protection": { who: "you", does: ({ stage, you }) => stage.protects(you, false), forAll: "here" },
  "a block": {
    who: "me",
    people: true,
    first: ({ stage, me, you }) => stage.follows(me, you),
    does: ({ stage, me, you }) => stage.blocks(me, you),
  },
  "the end of a block": { who: "me", does: ({ stage, me, you }) => stage.unblocks(me, you) },
  "the deletion of an answer": {
    who: "me",
    first: ({ stage, me, you }) => followAll(stage, me, you),
    does: ({ stage, myAnswer }) => stage.deletes(myAnswer),
    forAll: "here",
  },
  "the deletion of a tweet": { who: "you", does: ({ stage, yours }) => stage.deletes(yours), forAll: "here" },
};

test.each(Object.entries(ACTS))(
  "%s is seen at once by whoever did it, with warm caches elsewhere, and by all others within the bound",
  async (_name, { who, first, does, people = false, forAll }) => {
    const { world } = cast.stage;
    const [here, there] = isolates();
    const lagging = { counting: false };
    await first?.(cast);
    await world.drain();
    world.advance(VISIBILITY_BOUND);
    // Without it, all has just been read.
    if (first !== undefined)
      await expectRight(everybody(), PLAIN_TWEET_CELLS, { isolate: there, ...lagging }, "before");
    if (forAll === "here") await expectRight(everybody(), LOOKUPS, { isolate: here, ...lagging }, "before, here");
    await does(cast);
    const soon = forAll === "everywhere" ? everybody() : [cast[who]];
    await expectRight(soon, TWEET_CELLS, { isolate: there, ...lagging }, "at once, elsewhere");
    if (forAll === "here") await expectRight(everybody(), TWEET_CELLS, { isolate: here, ...lagging }, "at once, here");
    await world.drain();
    world.advance(VISIBILITY_BOUND);
    const table = people ? PLAIN_TABLE : PLAIN_TWEET_CELLS;
    const cells = await expectRight(everybody(), table, { isolate: there, ...lagging }, "within the bound");
    expect(cells).toBeGreaterThan(800);
  },
);

test("once remembered counts have had their time, they are right as well", async () => {
  cast.stage.world.advance(CONTENT_CACHE);
  for (const isolate of isolates()) await expectRight(everybody(), TABLE, { isolate }, "at last");
});
