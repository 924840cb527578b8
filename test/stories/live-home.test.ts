import { evictAllDurableObjects, evictDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { CHANGED, gone, listens, tweets, type Listener } from "../support/live.ts";
import { timelineOf } from "../support/timelines.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

vi.setConfig({ testTimeout: 60_000 });

let world: World;
let alice: Person;
/** Follows alice, and has home open. */
let bob: Person;
let carol: Person;
let page: Listener;

beforeEach(async () => {
  world = await newWorld();
  [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
  await bob.follows(alice);
  await world.drain();
  await bob.home();
  page = await listens(bob);
});

const post = async (author: Person, text = "hello"): Promise<string> => {
  const { id } = await author.posts(text);
  await world.drain();
  return id;
};

describe("a page that listens", () => {
  test("hears the id of each tweet as soon as it is in home, one's own too", async () => {
    const first = await post(alice);
    expect(await page.heard()).toEqual([tweets(first)]);
    const own = await bob.posts("before the fan-out has run");
    expect(await page.heard()).toEqual([tweets(own.id)]);
    await world.drain();
    expect(await page.heard(), "the fan-out brings it once more").toEqual([]);
    expect((await bob.home()).ids).toEqual([own.id, first]);
  });

  test("hears it after the object was evicted, as often as that happens", async () => {
    for (const text of ["one", "two", "three"]) {
      await evictDurableObject(timelineOf(bob));
      const id = await post(alice, text);
      expect(await page.heard()).toEqual([tweets(id)]);
    }
  });

  test("is not alone: each tab hears the same, until it is closed", async () => {
    const other = await listens(bob);
    await evictAllDurableObjects();
    const first = await post(alice);
    expect([await page.heard(), await other.heard()]).toEqual([[tweets(first)], [tweets(first)]]);
    other.socket.close(1000, "seen enough");
    await other.closed;
    expect(await page.heard()).toEqual([]);
    const second = await post(alice);
    expect(await page.heard()).toEqual([tweets(second)]);
  });

  test("hears several that came in one push as one message, newest first", async () => {
    const posted = [await alice.posts("one"), await alice.posts("two"), await alice.posts("three")];
    await world.drain();
    expect(await page.heard()).toEqual([tweets(...posted.map(({ id }) => id).reverse())]);
  });

  test("hears nothing twice, whatever the queues repeat", async () => {
    const id = await post(alice);
    expect(await page.heard()).toEqual([tweets(id)]);
    world.advance(61);
    await alice.posts("second");
    let turn = 0;
    await world.drain({ random: () => (turn += 0.37) % 1, repeat: 1 });
    expect(await page.heard()).toHaveLength(1);
  });

  test("that is somebody else's hears nothing", async () => {
    await carol.home();
    const carols = await listens(carol);
    await post(alice);
    expect(await carols.heard()).toEqual([]);
  });
});

describe("what is not shown in home is not heard", () => {
  test("of somebody muted or blocked, until that ends", async () => {
    await bob.follows(carol);
    await world.drain();
    await page.heard();
    await bob.asks(`/2/users/${bob.id}/muting`, { json: { target_user_id: carol.id } });
    await post(carol, "muted");
    expect(await page.heard()).toEqual([]);
    await bob.asks(`/2/users/${bob.id}/muting/${carol.id}`, { method: "DELETE" });
    expect(await page.heard(), "her tweet shows again").toEqual([CHANGED]);
    await world.drain();
    expect(await page.heard(), "the event says nothing new").toEqual([]);
    await bob.asks(`/2/users/${bob.id}/blocking`, { json: { target_user_id: carol.id } });
    await world.drain();
    expect(await page.heard()).toEqual([CHANGED]);
    await post(carol, "blocked");
    await alice.retweets(await carol.posts("brought by somebody followed"));
    await world.drain();
    expect(await page.heard()).toEqual([]);
  });

  test("of somebody who blocks the reader", async () => {
    await bob.follows(carol);
    await world.drain();
    await post(carol, "before");
    expect(await page.heard()).toHaveLength(1);
    await carol.asks(`/2/users/${carol.id}/blocking`, { json: { target_user_id: bob.id } });
    await world.drain();
    expect((await page.heard()).every(({ type }) => type === "changed")).toBe(true);
    const hidden = await carol.posts("not for bob");
    await alice.retweets(hidden);
    await world.drain();
    expect(await page.heard()).toEqual([]);
    expect((await bob.home()).ids).toEqual([]);
  });

  test("of somebody unfollowed", async () => {
    const id = await post(alice);
    expect(await page.heard()).toEqual([tweets(id)]);
    await bob.unfollows(alice);
    await world.drain();
    expect(await page.heard(), "home is another one").toEqual([CHANGED]);
    await post(alice);
    expect(await page.heard()).toEqual([]);
  });

  test("of a protected account that has not let the reader in, and then has", async () => {
    await carol.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
    await bob.follows(carol);
    await world.drain();
    const early = await post(carol, "among us");
    expect(await page.heard()).toEqual([]);
    await carol.asks(`/2/users/${carol.id}/follow_requests/${bob.id}/refuse`, { method: "POST" });
    await world.drain();
    await post(carol, "refused");
    expect(await page.heard()).toEqual([]);
    await bob.follows(carol);
    await world.drain();
    await carol.asks(`/2/users/${carol.id}/follow_requests/${bob.id}/approve`, { method: "POST" });
    await world.drain();
    expect(await page.heard(), "what she wrote before").toEqual([CHANGED]);
    const late = await post(carol, "for friends");
    expect(await page.heard()).toEqual([tweets(late)]);
    expect((await bob.home()).ids).toContain(early);
  });

  test("a reply to somebody who is not followed, until they are", async () => {
    const said = await carol.posts("said elsewhere");
    const reply = await alice.replies(said);
    await world.drain();
    expect(await page.heard()).toEqual([]);
    await bob.follows(carol);
    await world.drain();
    expect(await page.heard(), "the reply shows, then her own tweet").toEqual([CHANGED, CHANGED]);
    expect((await bob.home()).ids).toEqual([reply.id, said.id]);
  });
});

describe("what comes and goes has the ids that home has", () => {
  test("a retweet, which takes the tweet further up, and its end", async () => {
    const said = await carol.posts("worth repeating");
    const retweet = await alice.retweets(said);
    await world.drain();
    expect(await page.heard()).toEqual([tweets(retweet.id)]);
    expect((await bob.home()).ids).toEqual([retweet.id]);
    await alice.undoesRetweet(said);
    await world.drain();
    expect(await page.heard()).toEqual([gone(retweet.id)]);
    expect((await bob.home()).ids).toEqual([]);
  });

  test("a retweet undone where the tweet itself is in home: it shows further down again", async () => {
    await bob.follows(carol);
    await world.drain();
    const said = await carol.posts("worth repeating");
    const retweet = await alice.retweets(said);
    await world.drain();
    await page.heard();
    await alice.undoesRetweet(said);
    await world.drain();
    expect(await page.heard()).toEqual([gone(retweet.id), CHANGED]);
    expect((await bob.home()).ids).toEqual([said.id]);
  });

  test("a deletion, with all that brought the tweet, and once", async () => {
    await bob.follows(carol);
    await world.drain();
    const said = await alice.posts("never mind");
    const retweet = await carol.retweets(said);
    await world.drain();
    await page.heard();
    await alice.deletes(said);
    await world.drain();
    expect(await page.heard()).toEqual([gone(retweet.id, said.id)]);
    await timelineOf(bob).remove({ tweetIds: [said.id.padStart(19, "0")] });
    expect(await page.heard()).toEqual([]);
  });

  test("a deletion of what one never saw is not heard", async () => {
    const said = await carol.posts("elsewhere");
    const reply = await alice.replies(said);
    await world.drain();
    await alice.deletes(reply);
    await carol.deletes(said);
    await world.drain();
    expect(await page.heard()).toEqual([]);
  });

  test("words one mutes change home: it is to be read again", async () => {
    const id = await post(alice, "all about football");
    await page.heard();
    await bob.asks(`/2/users/${bob.id}/muted_words`, { json: { word: "football" } });
    await world.drain();
    expect(await page.heard()).toEqual([CHANGED]);
    expect((await bob.home()).ids).not.toContain(id);
  });
});

test("a page that opens its socket first and then reads misses nothing, though home has to be rebuilt", async () => {
  const dave = await world.register("dave");
  await dave.follows(alice);
  await world.drain();
  const before = await post(alice, "before the page");
  const daves = await listens(dave);
  const between = await post(alice, "between socket and read");
  const { ids } = await dave.home();
  const after = await post(alice, "after");
  const heard = (await daves.heard()).flatMap((message) => (message.type === "changed" ? [] : message.ids));
  expect(ids).toEqual([between, before]);
  expect(heard).toContain(after);
});

test("a page whose sockets a deploy has closed comes back and reads on from where it was", async () => {
  const first = await post(alice, "before");
  const since = (await bob.home()).meta.newest_id;
  await evictDurableObject(timelineOf(bob), { webSockets: "close" });
  await page.closed;
  const missed = await post(alice, "while nobody listened");
  const again = await listens(bob);
  const { ids } = await bob.home({ since_id: since });
  expect(ids.filter((id) => id !== first)).toEqual([missed]);
  const next = await post(alice, "and on");
  expect(await again.heard()).toEqual([tweets(next)]);
});

test("whose account is deleted is told so, and nothing after", async () => {
  await bob.asks("/2/users/me", { method: "DELETE", json: { password: bob.password } });
  await world.drain();
  expect((await page.closed).code).toBe(4410);
});
