import { afterAll, beforeAll, expect, test } from "vitest";
import { operations } from "../../workers/openapi.ts";
import { blocks, mutes, protects } from "../support/graph.ts";
import { newWorld } from "../support/world.ts";
import {
  exampleOf,
  examplesSent,
  expectNothingWritten,
  expectProblem,
  named,
  newCast,
  sendExample,
  shapeOf,
  type Cast,
} from "./cast.ts";
import { shareOut } from "./hostile-data.ts";
import type { Operation } from "../../workers/lib/route.ts";

const paged = operations.filter((one) => "pagination_token" in shapeOf(one.query));

let cast: Cast;
/** Alice's, too. */
let otherList: Cast["list"] | undefined;
let otherTweet: Cast["tweet"] | undefined;
/** A token that each list gave to Alice about herself, her list or her tweet, by the operation's id. */
const tokens: Record<string, string> = {};
beforeAll(async () => {
  cast = await newCast(await newWorld());
  const { alice, bob, world } = cast;
  const others = await world.registerAll("carol", "dan");
  const lists = [cast.list, (await alice.asks<{ data: { id: string } }>("/2/lists", { json: { name: "two" } })).data];
  for (const { id } of lists) {
    for (const person of [alice, bob]) {
      await alice.asks(`/2/lists/${id}/members`, { json: { user_id: person.id } });
      await person.asks(`/2/users/${person.id}/followed_lists`, { json: { list_id: id } });
    }
  }
  [, otherList] = lists;
  await alice.follows(...others);
  for (const one of others) await one.follows(alice);
  await protects(alice);
  for (const asking of await world.registerAll("gina", "hal")) await asking.follows(alice);
  await protects(alice, false);
  for (const foe of await world.registerAll("erin", "frank")) {
    await blocks(alice, foe);
    await mutes(alice, foe);
  }
  for (const text of ["one", "two"]) await alice.posts(`${text} @${alice.username}`);
  otherTweet = await alice.posts("another that much is done with");
  for (const tweet of [cast.tweet, otherTweet]) {
    for (const one of others) {
      await one.replies(tweet);
      await one.quotes(tweet);
      await one.retweets(tweet);
      await one.asks(`/2/users/${one.id}/likes`, { json: { tweet_id: tweet.id } });
    }
    await alice.asks(`/2/users/${alice.id}/likes`, { json: { tweet_id: tweet.id } });
    const json = { tweet_id: tweet.id, folder_id: cast.folder.id };
    await alice.asks(`/2/users/${alice.id}/bookmarks`, { json });
  }
  await alice.asks(`/2/users/${alice.id}/bookmarks/folders`, { json: { name: "another folder" } });
  await world.drain();
  await bob.home();
  for (const one of paged) {
    const answer = await sendExample(cast, one, { params: { id: subjectOf(one) }, query: { max_results: "1" } });
    const { meta } = (await answer.json()) as { meta: { next_token?: string } };
    expect(meta.next_token, one.id).toBeDefined();
    tokens[one.id] = meta.next_token ?? "";
  }
});

afterAll(() => {
  console.log(`cursors: ${examplesSent()} requests`);
});

// One piece of code checks the tokens of all lists: each change to one is tried at some of them.
const CHANGES_MET = 5;
const shareAt = (id: string, list: readonly string[]) => shareOut(Object.keys(tokens), list, CHANGES_MET)(id);

const isAboutList = (one: Operation) => one.path.startsWith("/lists/");
const isAboutTweet = (one: Operation) => one.path.startsWith("/tweets/");
const subjectOf = (one: Operation) =>
  isAboutList(one) ? cast.list.id : isAboutTweet(one) ? cast.tweet.id : cast.alice.id;
const ask = (one: Operation, token: string, id = subjectOf(one)) =>
  sendExample(cast, one, { params: { id }, query: { max_results: "1", pagination_token: token } });

test.each(named(paged))("%s goes on after its own token and refuses those of other lists", async (id, described) => {
  expect((await ask(described, tokens[id] ?? "")).status).toBe(200);
  for (const [other, token] of Object.entries(tokens)) {
    if (other !== id) await expectProblem(await ask(described, token), 400, `a token of ${other}`);
  }
});

/** Those that are about whoever is named in the path. */
const aboutSomebody = paged.filter((one) => one.path.includes("/:id/"));
test.each(named(aboutSomebody))("%s refuses a token about somebody else", async (id, described) => {
  const { bob } = cast;
  const other = (isAboutList(described) ? otherList : isAboutTweet(described) ? otherTweet : bob) ?? bob;
  const answer = await ask(described, tokens[id] ?? "", other.id);
  const anybodys =
    isAboutList(described) || isAboutTweet(described) || exampleOf(described, cast).params?.["id"] === bob.id;
  await expectProblem(answer, anybodys ? 400 : [400, 403]);
});

test.each(named(paged))("%s refuses its token with any letter changed, added or cut off", async (id, described) => {
  const good = tokens[id] ?? "";
  const changed = [...good].flatMap((letter, at) => {
    const others = [...new Set(["A", "B", "_", "=", ".", " ", "é", letter.toUpperCase(), letter.toLowerCase()])];
    const swapped = others
      .filter((other) => other !== letter)
      .map((other) => good.slice(0, at) + other + good.slice(at + 1));
    return [...swapped, good.slice(0, at), good.slice(at + 1), `${good.slice(0, at)}A${good.slice(at)}`];
  });
  const around = [
    `${good}=`,
    `${good}A`,
    `${good}.`,
    `${good}\0`,
    ` ${good}`,
    `${good}\n`,
    `${good}.${good}`,
    good + good,
    good.repeat(40),
  ];
  expect(new Set(changed).size).toBeGreaterThan(200);
  const all = [...new Set([...shareAt(id, changed), ...around])].filter((token) => token !== good);
  await expectNothingWritten(cast, async () => {
    for (const token of all) {
      const problem = await expectProblem(await ask(described, token), 400, JSON.stringify(token));
      expect(problem.detail).toContain("pagination_token");
    }
  });
});
