import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { randomFrom } from "../oracle/plan.ts";
import { rowsAt } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

// Hundreds of requests.
vi.setConfig({ testTimeout: 240_000 });

/** A tweet as the plainest book-keeping has it. */
interface Noted {
  readonly id: string;
  readonly author: Person;
  readonly replyTo: Noted | null;
  readonly quoted: Noted | null;
  deleted: boolean;
}

interface Book {
  readonly tweets: Noted[];
  readonly protectedOnes: Set<Person>;
  /** `user tweet` -> it stands. */
  readonly retweets: Set<string>;
}

let world: World;
let people: Person[];

beforeEach(async () => {
  world = await newWorld({
    isolates: 2,
    vars: { ACCESS_TOKEN_SECONDS: "100000000", CONTENT_CACHE_SECONDS: "0" },
  });
  people = [];
  for (const shard of [0, 1, 0, 1]) people.push(await world.register("counter", { shard }));
  // So that everybody goes on seeing everybody who becomes protected.
  for (const person of people) await person.follows(...people.filter((other) => other !== person));
  await world.drain();
});

/** What the counts of `tweet` must be. */
function countsOf(book: Book, tweet: Noted) {
  const standing = book.tweets.filter((one) => !one.deleted && !book.protectedOnes.has(one.author));
  return {
    reply_count: standing.filter((one) => one.replyTo === tweet).length,
    quote_count: standing.filter((one) => one.quoted === tweet).length,
    retweet_count: people.filter((person) => book.retweets.has(`${person.id} ${tweet.id}`)).length,
  };
}

const ACTS = ["post", "reply", "reply", "quote", "both", "retweet", "undo", "delete", "protect", "open"] as const;
interface Step {
  readonly act: (typeof ACTS)[number];
  readonly who: number;
  readonly which: number;
  readonly drain: boolean;
}

async function play(book: Book, { act, who, which }: Step): Promise<void> {
  const person = people[who % people.length];
  const standing = book.tweets.filter((tweet) => !tweet.deleted);
  const target = standing[which % Math.max(1, standing.length)];
  if (person === undefined) throw new Error("nobody acts");
  const note = (id: string, links: Partial<Pick<Noted, "replyTo" | "quoted">>) =>
    void book.tweets.push({ id, author: person, replyTo: null, quoted: null, deleted: false, ...links });
  if (act === "protect" || act === "open") {
    await person.asks("/2/users/me", { method: "PATCH", json: { protected: act === "protect" } });
    if (act === "protect") book.protectedOnes.add(person);
    else book.protectedOnes.delete(person);
    return;
  }
  if (act === "post" || target === undefined) return note((await person.posts("a tweet")).id, {});
  const retweet = `${person.id} ${target.id}`;
  const closed = book.protectedOnes.has(target.author);
  switch (act) {
    case "reply":
      return note((await person.replies(target)).id, { replyTo: target });
    case "quote":
    case "both": {
      if (closed && target.author !== person) return;
      const links = act === "quote" ? { quoted: target } : { quoted: target, replyTo: target };
      const reply = act === "quote" ? {} : { reply: { in_reply_to_tweet_id: target.id } };
      return note((await person.posts(act, { quote_tweet_id: target.id, ...reply })).id, links);
    }
    case "retweet":
      if (closed) return;
      await person.retweets(target);
      return void book.retweets.add(retweet);
    case "undo":
      await person.undoesRetweet(target);
      return void book.retweets.delete(retweet);
    case "delete":
      await target.author.deletes(target);
      target.deleted = true;
      return;
  }
}

async function expectCounts(book: Book): Promise<void> {
  for (const tweet of book.tweets.filter((one) => !one.deleted)) {
    const seen = await tweet.author.sees(tweet);
    expect(seen["public_metrics"], tweet.id).toMatchObject(countsOf(book, tweet));
  }
}

const step = fc.record({
  act: fc.constantFrom(...ACTS),
  who: fc.nat({ max: 3 }),
  which: fc.nat({ max: 30 }),
  drain: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

describe("counts of replies, quotes and retweets", () => {
  test("are exact once quiet, whatever was posted, deleted, undone or protected, however events were shuffled, repeated and lost", async () => {
    let counted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), fc.integer(), async (steps, seed) => {
        const random = randomFrom(seed);
        const book: Book = { tweets: [], protectedOnes: new Set(), retweets: new Set() };
        for (const person of people)
          await play(book, { act: "open", who: people.indexOf(person), which: 0, drain: false });
        for (const one of steps) {
          await play(book, one);
          if (one.drain) await world.drain({ random, repeat: 0.3, drop: 0.3, batches: 3 });
        }
        await world.settle({ random, repeat: 0.3, drop: 0.3 });
        await world.settle({ random, repeat: 0.3 });
        await expectCounts(book);
        counted += book.tweets.length;
      }),
      { numRuns: 25 },
    );
    expect(counted).toBeGreaterThan(100);
  });
});

/** Delivers what waits one message at a time, in the order given by its indexes among all that wait. */
async function deliverInOrder(order: (kinds: readonly string[]) => number[]): Promise<void> {
  const waiting = [...world.queue.messages];
  const kinds = waiting.map((message) => (message.body as { kind: string }).kind);
  for (const index of order(kinds)) {
    const message = waiting[index];
    if (message === undefined) throw new Error(`there is no message ${index}`);
    world.queue.messages = [{ ...message, attempts: 0 }];
    await world.drain();
  }
  world.queue.messages = [];
}

describe("events in an order of their own", () => {
  const someone = (index: number): Person => {
    const person = people[index];
    if (person === undefined) throw new Error("there are four");
    return person;
  };
  const metricsOf = async (tweet: { readonly id: string }) => (await someone(0).sees(tweet))["public_metrics"];

  test("a reply's deletion before the reply counts nothing, and stays so", async () => {
    const [a, b] = [someone(0), someone(1)];
    const tweet = await a.posts("first");
    await world.drain();
    const reply = await b.replies(tweet);
    const quote = await b.quotes(tweet);
    await b.deletes(reply);
    await b.deletes(quote);
    await deliverInOrder((kinds) => {
      expect(kinds).toEqual(["tweet-posted", "tweet-posted", "tweet-deleted", "tweet-deleted"]);
      return [3, 2, 1, 0, 2, 0, 3, 1, 0];
    });
    expect(await metricsOf(tweet)).toMatchObject({ reply_count: 0, quote_count: 0 });
  });

  test("a retweet that was undone and done again counts once, whichever event comes last", async () => {
    const [a, b] = [someone(0), someone(1)];
    const tweet = await a.posts("first");
    await world.drain();
    await b.retweets(tweet);
    await b.undoesRetweet(tweet);
    const standing = await b.retweets(tweet);
    await deliverInOrder(() => [2, 1, 0, 1, 2, 0]);
    expect(await metricsOf(tweet)).toMatchObject({ retweet_count: 1 });
    const page = await a.page(`/2/tweets/${tweet.id}/retweets`);
    expect(page.ids).toEqual([standing.id]);
  });

  test("protection that is told before the replies it is about keeps them from counting, and counts them when it ends", async () => {
    const [a, b] = [someone(0), someone(1)];
    const tweet = await a.posts("first");
    await world.drain();
    await b.replies(tweet);
    await b.quotes(tweet);
    await b.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
    await b.replies(tweet);
    await deliverInOrder((kinds) => {
      expect(kinds).toEqual(["tweet-posted", "tweet-posted", "protection-changed", "tweet-posted"]);
      return [2, 3, 1, 0, 2];
    });
    expect(await metricsOf(tweet)).toMatchObject({ reply_count: 0, quote_count: 0 });
    await b.asks("/2/users/me", { method: "PATCH", json: { protected: false } });
    await b.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
    await b.asks("/2/users/me", { method: "PATCH", json: { protected: false } });
    await deliverInOrder(() => [2, 0, 1, 0, 2]);
    expect(await metricsOf(tweet)).toMatchObject({ reply_count: 2, quote_count: 1 });
  });

  test("a reply is kept once where it is counted and once where its conversation begins, which may be one place", async () => {
    const [a, b, c] = [someone(0), someone(1), someone(2)];
    const first = await a.posts("in shard 0");
    const second = await b.replies(first);
    const third = await c.replies(second);
    await deliverInOrder(() => [2, 1, 0, 1, 2]);
    const select = "SELECT tweet_id FROM tweet_references WHERE target_id = ?";
    expect(await rowsAt(world, first.id, select, second.id), "with the conversation").toEqual([{ tweet_id: third.id }]);
    expect(await rowsAt(world, second.id, select, second.id), "with what it answers").toEqual([{ tweet_id: third.id }]);
    expect(await rowsAt(world, first.id, select, first.id)).toEqual([{ tweet_id: second.id }]);
    const counts = "SELECT reply_count FROM tweet_counts WHERE tweet_id = ?";
    expect(await rowsAt(world, first.id, counts, second.id), "counted in one place only").toEqual([]);
    expect(await rowsAt(world, second.id, counts, second.id)).toEqual([{ reply_count: 1 }]);
  });
});

test("an account with more replies than are looked at in one go is reflected whole when it becomes protected", async () => {
  const [a, b] = await world.registerAll("a", "b");
  const tweet = await a.posts("first");
  for (let index = 0; index < 26; index += 1) await Promise.all(Array.from({ length: 20 }, () => b.replies(tweet)));
  await world.drain();
  expect(await a.sees(tweet)).toMatchObject({ public_metrics: { reply_count: 520 } });
  await b.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
  await world.drain();
  expect(await a.sees(tweet)).toMatchObject({ public_metrics: { reply_count: 0 } });
  await b.asks("/2/users/me", { method: "PATCH", json: { protected: false } });
  await world.drain();
  expect(await a.sees(tweet)).toMatchObject({ public_metrics: { reply_count: 520 } });
});
