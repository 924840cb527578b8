import { describe, expect, test } from "vitest";
import { databaseOf, plantFollows, plantTweets, plantUsers, signIn } from "../support/planting.ts";
import type { Person, World } from "../support/world.ts";
import { countedWorld, marginal, usageOf } from "./operations.ts";
import type { Usage } from "./usage.ts";

/** The bill of what people do with each other's tweets; `npm run bench` prints these with the others. */
declare module "vitest" {
  interface TaskMeta {
    usages?: Usage[];
  }
}

const STORM = 100;

/** Rows written for an operation in all, in D1 and in objects. */
const written = (usage: Usage | undefined): number =>
  (usage?.d1RowsWritten ?? Infinity) + (usage?.objectRowsWritten ?? Infinity);

async function measuring(world: World) {
  const usages: Usage[] = [];
  const measure = async (operation: string, work: () => Promise<unknown>): Promise<Usage> => {
    const usage = await usageOf(world, operation, work);
    usages.push(usage);
    return usage;
  };
  return { usages, measure };
}

const edge = (person: Person, what: string, json: object) => person.asks(`/2/users/${person.id}/${what}`, { json });
const ended = (person: Person, what: string, id: string) =>
  person.asks(`/2/users/${person.id}/${what}/${id}`, { method: "DELETE" });

describe("what acts on tweets and people cost until their last effect is committed", () => {
  test("a like is at most 5 rows written in all, and at most 4.1 each when 100 arrive together", async ({ task }) => {
    const world = await countedWorld();
    const { usages, measure } = await measuring(world);
    const author = await world.register("author", { shard: 0 });
    const tweet = await author.posts("worth a like");
    const planted = await plantUsers(world, STORM + 2);
    const fans: Person[] = [];
    for (const one of planted) fans.push(await signIn(world, one));
    const [first, second, ...others] = fans;
    if (first === undefined || second === undefined) throw new Error("nobody is there");
    const like = (fan: Person) => edge(fan, "likes", { tweet_id: tweet.id });
    const one = await measure("like", () => like(first));
    const unlike = await measure("take a like back", () => ended(first, "likes", tweet.id));
    const bookmark = await measure("bookmark", () => edge(second, "bookmarks", { tweet_id: tweet.id }));
    const storm = await usageOf(world, "storm", async () => {
      for (const fan of others) await like(fan);
    });
    const nothing = { ...storm, ...Object.fromEntries(Object.keys(storm).map((name) => [name, 0])) } as Usage;
    const each = marginal(`like, each of ${STORM} that arrive together`, storm, nothing, STORM);
    usages.push(each);
    task.meta.usages = usages;
    for (const usage of [one, unlike, bookmark]) expect(written(usage), usage.operation).toBeLessThanOrEqual(5);
    expect(written(each)).toBeLessThanOrEqual(4.1);
    world.advance(61);
    expect(await author.sees(tweet, { "tweet.fields": "public_metrics" })).toMatchObject({
      public_metrics: { like_count: STORM, bookmark_count: 1 },
    });
  });

  test("replies, quotes, retweets", async ({ task }) => {
    const world = await countedWorld();
    const { usages, measure } = await measuring(world);
    const [author, other, reader] = await world.registerAll("author", "other", "reader");
    for (const person of [author, other, reader]) await person.home();
    await reader.follows(author, other);
    for (const person of [author, other]) await person.posts("the first one makes the author's row");
    const tweet = await author.posts("start");
    const reply = await measure("reply, 1 follower", () => other.replies(tweet));
    const quote = await measure("quote, 1 follower", () => other.quotes(tweet));
    const retweet = await measure("retweet, 1 follower", () => other.retweets(tweet));
    const undo = await measure("undo a retweet, 1 follower", () => other.undoesRetweet(tweet));
    task.meta.usages = usages;
    // Tweet and its index entry, author, event and its end, the reference and the count; two timelines.
    for (const usage of [reply, quote]) expect(written(usage), usage.operation).toBeLessThanOrEqual(10);
    // And the retweeter's edge, twice.
    for (const usage of [retweet, undo]) expect(written(usage), usage.operation).toBeLessThanOrEqual(12);
  });

  test("blocks, mutes, requests to follow", async ({ task }) => {
    const world = await countedWorld();
    const { usages, measure } = await measuring(world);
    const [one, other, locked] = await world.registerAll("one", "other", "locked");
    for (const person of [one, other, locked]) await person.home();
    await one.follows(other);
    await other.follows(one);
    await world.drain();
    const block = await measure("block, ends a follow both ways", () =>
      edge(one, "blocking", { target_user_id: other.id }),
    );
    await measure("unblock", () => ended(one, "blocking", other.id));
    const mute = await measure("mute", () => edge(one, "muting", { target_user_id: other.id }));
    await measure("mute a word", () => edge(one, "muted_words", { word: "weather" }));
    const patch = { method: "PATCH", headers: { "content-type": "application/json" } };
    await measure("protect an account without replies", () =>
      locked.asks("/2/users/me", { ...patch, body: JSON.stringify({ protected: true }) }),
    );
    await measure("ask to follow", () => one.follows(locked));
    await measure("approve a request", () =>
      locked.asks(`/2/users/${locked.id}/follow_requests/${one.id}/approve`, { method: "POST" }),
    );
    task.meta.usages = usages;
    expect(written(block)).toBeLessThanOrEqual(24);
    expect(written(mute)).toBeLessThanOrEqual(5);
  });
});

describe("what reading costs", () => {
  test("a page of a conversation is at most 6 D1 queries, with what was never read before and at any depth", async ({
    task,
  }) => {
    const world = await countedWorld();
    const { usages, measure } = await measuring(world);
    const people = await world.registerAll("ann", "bea", "cid");
    const [ann] = people;
    const root = await ann.posts("root");
    let last = root;
    for (let depth = 0; depth < 25; depth += 1) last = await (people[depth % 3] ?? ann).replies(last);
    for (let width = 0; width < 40; width += 1) await (people[width % 3] ?? ann).replies(root);
    await world.drain();
    const path = (id: string) => `/2/tweets/${id}/conversation`;
    const fresh = ann.at(world.isolates[1] ?? world.isolate);
    const first = await fresh.page(path(root.id), { max_results: 20 });
    world.advance(120);
    const cold = await measure("conversation, first page of 20, isolate cold", () =>
      fresh.page(path(root.id), { max_results: 20 }),
    );
    world.advance(120);
    const later = await measure("conversation, second page of 20, isolate cold", () =>
      fresh.page(path(root.id), { max_results: 20, pagination_token: first.meta.next_token }),
    );
    world.advance(120);
    const deep = await measure("conversation round a tweet 25 deep, isolate cold", () => fresh.page(path(last.id)));
    task.meta.usages = usages;
    for (const usage of [cold, later, deep]) expect(usage.d1Statements, usage.operation).toBeLessThanOrEqual(6);
  });

  test("a page of the timeline of a list of 5,000 members is at most 6 D1 queries, whoever looks", async ({ task }) => {
    const world = await countedWorld();
    const { usages, measure } = await measuring(world);
    const [owner, reader] = await world.registerAll("owner", "reader");
    const members = await plantUsers(world, 5_000);
    for (const [index, author] of members.slice(0, 40).entries()) {
      await plantTweets(world, author, { count: 3, from: world.now() - 90_000 + index * 1000, every: 500 });
    }
    const { data: list } = await owner.asks<{ data: { id: string } }>("/2/lists", { json: { name: "everybody" } });
    await plantMembers(world, list.id, members);
    const page = await measure("list timeline, 5,000 members, isolate cold", () =>
      reader.page(`/2/lists/${list.id}/tweets`, { max_results: 20 }),
    );
    const again = await measure("list timeline, 5,000 members, warm", () =>
      reader.page(`/2/lists/${list.id}/tweets`, { max_results: 20 }),
    );
    task.meta.usages = usages;
    expect((await reader.page(`/2/lists/${list.id}/tweets`, { max_results: 20 })).ids.length).toBe(20);
    for (const usage of [page, again]) expect(usage.d1Statements, usage.operation).toBeLessThanOrEqual(6);
  });

  test("a home page with retweets, warm, asks no database; viewer fields cost one query", async ({ task }) => {
    const world = await countedWorld();
    const { usages, measure } = await measuring(world);
    const [reader, author, sharer] = await world.registerAll("reader", "author", "sharer");
    const planted = await plantUsers(world, 20);
    await plantFollows(world, [reader], planted);
    await reader.follows(sharer);
    await reader.home();
    for (let index = 0; index < 12; index += 1) await sharer.retweets(await author.posts(`to be shared ${index}`));
    await world.drain();
    await reader.home({ max_results: 20 });
    const warm = await measure("home with 12 retweets, warm", () => reader.home({ max_results: 20 }));
    const asked = await measure("home with 12 retweets and viewer fields, warm", () =>
      reader.home({ max_results: 20, "tweet.fields": "viewer", "user.fields": "viewer", expansions: "author_id" }),
    );
    task.meta.usages = usages;
    expect(warm).toMatchObject({ d1Statements: 0, objectCalls: 1 });
    expect(asked.d1Statements).toBe(1);
  });
});

/** Members as adding them one by one would leave them, on the list's side. */
async function plantMembers(world: World, listId: string, members: readonly { readonly id: string }[]): Promise<void> {
  const ids = JSON.stringify(members.map(({ id }) => id.padStart(19, "0")));
  const id = listId.padStart(19, "0");
  const database = databaseOf(world, listId);
  await database.batch([
    database
      .prepare("INSERT INTO list_members (list_id, user_id, state, version) SELECT ?, value, 1, 1 FROM json_each(?)")
      .bind(id, ids),
    database.prepare("UPDATE lists SET member_count = ? WHERE id = ?").bind(members.length, id),
  ]);
}
