import { describe, expect, test } from "vitest";
import {
  bookmark,
  bookmarkedBy,
  bookmarks,
  countsOf,
  edgeIn,
  folderIds,
  FRESH,
  newFolder,
  told,
  unbookmarks,
  untold,
} from "../engagement/talk.ts";
import { newestFirst } from "../lists/talk.ts";
import { blocks, protects } from "../support/graph.ts";
import { newWorld, type TweetJson } from "../support/world.ts";

const statusOf = async (answer: Promise<Response>): Promise<number> => (await answer).status;

describe("a bookmark", () => {
  test("is among one's own at once and in the tweet's count once the event has come; nobody else learns whose it is", async () => {
    const world = await newWorld({ vars: FRESH });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("read this later");
    expect(await bookmarks(bob, tweet)).toEqual({ data: { bookmarked: true } });
    expect(await bookmarkedBy(bob)).toEqual([tweet.id]);
    expect((await bob.sees(tweet, { "tweet.fields": "viewer" }))["viewer"]).toMatchObject({ bookmarked: true });
    expect((await alice.sees(tweet, { "tweet.fields": "viewer" }))["viewer"]).toMatchObject({ bookmarked: false });
    await world.drain();
    expect(await countsOf(alice, tweet)).toEqual({ like_count: 0, bookmark_count: 1 });
    expect(await statusOf(alice.fetch(`/2/users/${bob.id}/bookmarks`))).toBe(403);
    expect(await unbookmarks(bob, tweet)).toEqual({ data: { bookmarked: false } });
    expect(await bookmarkedBy(bob)).toEqual([]);
    await world.drain();
    expect(await countsOf(alice, tweet)).toEqual({ like_count: 0, bookmark_count: 0 });
    expect(await untold(world, alice, bob)).toEqual([]);
  });

  test("made twice is made once, of a retweet it is its original's, and removing what is not there changes nothing", async () => {
    const world = await newWorld({ isolates: 2, vars: FRESH });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("once");
    const retweet = await alice.retweets(tweet);
    await Promise.all(
      [...world.isolates, ...world.isolates].map((isolate, index) =>
        bookmarks(bob.at(isolate), index % 2 === 0 ? tweet : retweet),
      ),
    );
    expect(told(world)).toHaveLength(1);
    await world.drain();
    world.meter.reset();
    await bookmarks(bob, tweet);
    for (const never of [tweet, { id: "1" }]) {
      expect(await unbookmarks(alice, never)).toEqual({ data: { bookmarked: false } });
    }
    expect(world.meter.d1.rowsWritten).toBe(0);
    expect(world.queue.messages).toEqual([]);
    expect(await countsOf(bob, retweet)).toEqual({ like_count: 0, bookmark_count: 1 });
    await unbookmarks(bob, retweet);
    expect(await bookmarkedBy(bob)).toEqual([]);
    expect(await edgeIn(world, "bookmarks", bob, { user: bob, tweet })).toEqual({ state: 0, version: 2 });
  });

  test("is refused with 404 for what is absent, deleted or hidden, 403 on another's path, 401 without a token, 400 for a malformed id", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const [gone, tweet] = [await alice.posts("gone"), await alice.posts("kept")];
    await alice.deletes(gone);
    await blocks(alice, bob);
    await world.drain();
    for (const which of [{ id: "1" }, bob, gone]) expect(await statusOf(bookmark(carol, which))).toBe(404);
    expect(await statusOf(bookmark(bob, tweet))).toBe(404);
    const path = `/2/users/${alice.id}/bookmarks`;
    expect(await statusOf(bob.fetch(path, { json: { tweet_id: tweet.id } }))).toBe(403);
    for (const [below, method] of [
      ["", "GET"],
      [`/${tweet.id}`, "DELETE"],
      ["/folders", "GET"],
      ["/folders/1", "GET"],
    ] as const) {
      expect(await statusOf(bob.fetch(path + below, { method })), below).toBe(403);
      expect(await statusOf(world.isolate.fetch(path + below, { method })), below).toBe(401);
    }
    for (const json of [{}, { tweet_id: 1 }, { tweet_id: tweet.id, folder_id: 1 }]) {
      expect(await statusOf(alice.fetch(path, { json }))).toBe(400);
    }
    expect(told(world)).toEqual([]);
    for (const person of [alice, bob, carol]) expect(await bookmarkedBy(person)).toEqual([]);
  });

  test("comes in pages in the order of the tweets, without what is gone or hidden by now, full all the same", async () => {
    const world = await newWorld();
    const [alice, bob, hidden] = await world.registerAll("alice", "bob", "hidden");
    const kept: TweetJson[] = [];
    for (let index = 0; index < 7; index += 1) {
      const [one, gone] = [await alice.posts(`kept ${index}`), await alice.posts(`gone ${index}`)];
      for (const tweet of [gone, await hidden.posts(`hidden ${index}`), one]) await bookmarks(bob, tweet);
      await alice.deletes(gone);
      kept.push(one);
    }
    await protects(hidden);
    await world.drain();
    for (const size of [1, 3, 7, 100]) expect(await bookmarkedBy(bob, size)).toEqual(newestFirst(...kept));
    const page = await bob.page(`/2/users/${bob.id}/bookmarks`, { max_results: 3 });
    expect(page.ids).toHaveLength(3);
    const token = String(page.meta.next_token);
    for (const path of [`/2/users/${alice.id}/bookmarks`, `/2/users/${alice.id}/liked_tweets`]) {
      expect(await statusOf(alice.fetch(`${path}?pagination_token=${token}`)), path).toBe(400);
    }
  });
});

describe("a bookmark folder", () => {
  test("holds the bookmarks put into it, hidden ones left out, and loses one with the bookmark", async () => {
    const world = await newWorld({ vars: FRESH });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const [birds, tides] = [await newFolder(bob, "birds"), await newFolder(bob, "tides")];
    const [first, second, third] = [await alice.posts("1"), await alice.posts("2"), await alice.posts("3")];
    await bookmarks(bob, second, birds);
    await bookmarks(bob, first, birds);
    await bookmarks(bob, third);
    await bookmarks(bob, third, tides);
    await bookmarks(bob, first, tides);
    expect(await bookmarkedBy(bob)).toEqual(newestFirst(first, second, third));
    for (const size of [1, 100]) {
      expect(await folderIds(bob, birds, size)).toEqual(newestFirst(first, second));
      expect(await folderIds(bob, tides, size)).toEqual(newestFirst(first, third));
    }
    await world.drain();
    expect(await countsOf(bob, third), "into a folder or not: one bookmark").toMatchObject({ bookmark_count: 1 });
    expect(await bob.asks(`/2/users/${bob.id}/bookmarks/folders/${birds.id}`)).toEqual({
      data: newestFirst(first, second).map((id) => ({ id })),
      meta: { result_count: 2 },
    });
    await unbookmarks(bob, first);
    await alice.deletes(third);
    expect(await folderIds(bob, birds)).toEqual([second.id]);
    expect(await folderIds(bob, tides)).toEqual([]);
    await bookmarks(bob, first);
    expect(await folderIds(bob, birds), "a new bookmark is in no folder").toEqual([second.id]);
  });

  test("is one's own: another's, or one that is not there, is a 404 to read and to fill, and nothing is bookmarked", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("not for your folder");
    const folder = await newFolder(alice);
    await bookmarks(alice, tweet, folder);
    await world.drain();
    for (const which of [folder, { id: "1" }, tweet]) {
      expect(await statusOf(bookmark(bob, tweet, which))).toBe(404);
      expect(await statusOf(bookmark(bob, tweet, which, { idempotencyKey: `k-${which.id}` }))).toBe(404);
      expect(await statusOf(bob.fetch(`/2/users/${bob.id}/bookmarks/folders/${which.id}`))).toBe(404);
    }
    expect(await bookmarkedBy(bob)).toEqual([]);
    expect(told(world)).toEqual([]);
    expect(await folderIds(alice, folder)).toEqual([tweet.id]);
    expect(
      await statusOf(bookmark(bob, tweet, undefined, { idempotencyKey: `k-${folder.id}` })),
      "the key is free",
    ).toBe(200);
  });

  test("is listed newest first, by pages, with its name as it was given", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const path = `/2/users/${alice.id}/bookmarks/folders`;
    expect(await alice.asks(path)).toEqual({ meta: { result_count: 0 } });
    const names = ["birds", "birds", "🐦 und Meer", " x "];
    const folders = [];
    for (const name of names) folders.push(await newFolder(alice, name));
    await newFolder(bob, "another's");
    expect(folders.map(({ name }) => name)).toEqual(names);
    const wanted = folders.reverse();
    expect(await alice.asks(path)).toEqual({ data: wanted, meta: { result_count: 4 } });
    const first = await alice.asks<{ data: unknown[]; meta: { next_token: string } }>(`${path}?max_results=3`);
    expect(first.data).toEqual(wanted.slice(0, 3));
    const rest = await alice.asks(`${path}?max_results=3&pagination_token=${first.meta.next_token}`);
    expect(rest).toEqual({ data: wanted.slice(3), meta: { result_count: 1 } });
    const bobs = `/2/users/${bob.id}/bookmarks/folders?pagination_token=${first.meta.next_token}`;
    expect(await statusOf(bob.fetch(bobs))).toBe(400);
  });

  test("needs a name of 1 to 100 characters that is not blank, and there is an end to their number", async () => {
    const world = await newWorld({ vars: { BOOKMARK_FOLDERS_MAX: "3" } });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const create = (json: unknown, path = alice.id) => alice.fetch(`/2/users/${path}/bookmarks/folders`, { json });
    for (const json of [
      {},
      { name: "" },
      { name: " \t" },
      { name: "x".repeat(101) },
      { name: 1 },
      { name: "a\u0000" },
    ]) {
      expect(await statusOf(create(json)), JSON.stringify(json)).toBe(400);
    }
    expect(await statusOf(create({ name: "x" }, bob.id))).toBe(403);
    expect(await alice.asks(`/2/users/${alice.id}/bookmarks/folders`)).toEqual({ meta: { result_count: 0 } });
    for (const name of ["x".repeat(100), "🐦".repeat(100), "third"]) expect(await statusOf(create({ name }))).toBe(201);
    expect(await statusOf(create({ name: "fourth" }))).toBe(403);
    await newFolder(bob, "another's count for themselves");
  });
});

describe("bookmarks and folders are safe to try again", () => {
  test("with the same Idempotency-Key: a folder is made once, a bookmark that was removed meanwhile stays removed", async () => {
    const world = await newWorld({ isolates: 2 });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const tweet = await alice.posts("one");
    const path = `/2/users/${bob.id}/bookmarks/folders`;
    const make = (isolate: number, name: string) =>
      bob.at(world.isolates[isolate] ?? world.isolate).fetch(path, { json: { name }, idempotencyKey: "folder" });
    const answers = await Promise.all([make(0, "birds"), make(1, "birds"), make(0, "birds")]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(texts).size).toBe(1);
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201]);
    expect(await statusOf(make(1, "tides"))).toBe(422);
    const { data } = await bob.asks<{ data: { id: string }[] }>(path);
    expect(data).toHaveLength(1);
    const [folder] = data;
    const first = await (await bookmark(bob, tweet, folder, { idempotencyKey: "k" })).text();
    expect(await folderIds(bob, data[0] ?? tweet)).toEqual([tweet.id]);
    await unbookmarks(bob, tweet);
    expect(await (await bookmark(bob, tweet, folder, { idempotencyKey: "k" })).text()).toBe(first);
    expect(await bookmarkedBy(bob)).toEqual([]);
    expect(await folderIds(bob, data[0] ?? tweet)).toEqual([]);
    expect(await statusOf(bookmark(bob, tweet, undefined, { idempotencyKey: "k" }))).toBe(422);
  });

  test("where the store's answer is lost, all of it happens once", async () => {
    const world = await newWorld({ vars: FRESH });
    const [alice, bob] = [await world.register("alice", { shard: 0 }), await world.register("bob", { shard: 1 })];
    const tweet = await alice.posts("through trouble");
    await world.drain();
    world.faults.shard(1, "lost-answer", { times: 1, only: /INSERT INTO "bookmark_folders"/i });
    const folder = await newFolder(bob);
    expect((await bob.asks<{ data: unknown[] }>(`/2/users/${bob.id}/bookmarks/folders`)).data).toEqual([folder]);
    for (const act of [() => bookmarks(bob, tweet, folder), () => unbookmarks(bob, tweet)]) {
      world.faults.shard(1, "lost-answer", { times: 1, only: /INSERT INTO "outbox"/i });
      await act();
      expect(told(world)).toHaveLength(1);
      await world.drain();
    }
    await bookmarks(bob, tweet, folder);
    await world.drain();
    expect(await countsOf(bob, tweet)).toMatchObject({ bookmark_count: 1 });
    expect(await edgeIn(world, "bookmarkers", alice, { user: bob, tweet })).toEqual({ state: 1, version: 3 });
  });
});
