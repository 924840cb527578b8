import { beforeEach, describe, expect, test, vi } from "vitest";
import { conversationPages, readingOrder, wholeConversation, type Said } from "../tweets/conversation-model.ts";
import { plantUsers, signIn } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

// Hundreds of requests.
vi.setConfig({ testTimeout: 240_000 });

/** A page may cost so many D1 queries, however large the conversation. */
const QUERIES_MAX = 6;

let world: World;
let alice: Person;
let bob: Person;

beforeEach(async () => {
  world = await newWorld({ vars: { ACCESS_TOKEN_SECONDS: "100000000" } });
  alice = await world.register("alice", { shard: 0 });
  bob = await world.register("bob", { shard: 1 });
});

const start = async (person: Person): Promise<Said> => ({
  id: (await person.posts("first")).id,
  authorId: person.id,
  parent: null,
});
const answer = async (person: Person, parent: Said): Promise<Said> => ({
  id: (await person.replies(parent)).id,
  authorId: person.id,
  parent,
});

/** `count` people on both shards. */
async function crowd(count: number): Promise<Person[]> {
  const users = await plantUsers(world, count);
  return Promise.all(users.map((user) => signIn(world, user)));
}

/** Reads all of it, fails where a page costs too much or is too long, and compares with the model. */
async function expectWhole(all: readonly Said[], focal: Said, sizes: readonly number[]): Promise<void> {
  const ancestors = all.length === 0 ? 0 : depthOf(focal);
  for (const size of sizes) {
    world.meter.reset();
    let costliest = 0;
    const pages = await conversationPages(alice, focal, size, {
      eachPage: () => {
        costliest = Math.max(costliest, world.meter.d1.requests);
        world.meter.reset();
      },
    });
    const wanted = readingOrder(all, focal, alice.id);
    const found = pages.flat();
    const at = wanted.findIndex((id, index) => found[index] !== id);
    expect({ size, length: found.length, differsAt: at }).toEqual({ size, length: wanted.length, differsAt: -1 });
    expect(costliest, `pages of ${size}`).toBeLessThanOrEqual(QUERIES_MAX);
    expect(costliest).toBeGreaterThan(0);
    for (const [index, page] of pages.entries()) {
      expect(page.length).toBeLessThanOrEqual(index === 0 ? size + ancestors : size);
      if (index < pages.length - 1) expect(page.length).toBeGreaterThanOrEqual(size);
    }
  }
}

const depthOf = (said: Said): number => (said.parent === null ? 0 : 1 + depthOf(said.parent));

describe("a conversation", () => {
  test("of 500 direct replies comes whole in pages of any size, each at the price of the first", async () => {
    const people = await crowd(25);
    const first = await start(alice);
    const all = [first];
    for (let round = 0; round < 20; round += 1) {
      all.push(...(await Promise.all(people.map((person) => answer(person, first)))));
    }
    const second = await answer(bob, all[250] ?? first);
    all.push(second, await answer(alice, second));
    await world.drain();
    await expectWhole(all, first, [100, 33, 7]);
    expect(await alice.sees(first)).toMatchObject({ public_metrics: { reply_count: 500 } });
  });

  test("25 deep and 130 wide at every level comes whole in pages of any size, from the top and from the middle", async () => {
    const people = await crowd(10);
    const first = await start(alice);
    const all = [first];
    let line = first;
    for (let depth = 1; depth <= 25; depth += 1) {
      const width = depth === 1 || depth === 13 ? 130 : 3;
      const level: Said[] = [];
      for (let index = 0; index < width; index += 1) level.push(await answer(people[index % 10] ?? bob, line));
      all.push(...level);
      line = level[Math.floor(width / 2)] ?? line;
    }
    await world.drain();
    await expectWhole(all, first, [100, 20, 9]);
    const middle = all.find((said) => depthOf(said) === 12 && all.some((other) => other.parent === said));
    if (middle === undefined) throw new Error("a line goes down the middle");
    await expectWhole(all, middle, [100, 20]);
    expect((await conversationPages(alice, middle, 20))[0]?.length, "ancestors come beside the page").toBe(32);
  });

  test("in which two talk 520 times by turns comes whole, with the nearest 100 above a tweet deep down", async () => {
    const first = await start(alice);
    const all = [first];
    for (let index = 1; index <= 520; index += 1) {
      all.push(await answer(index % 2 === 0 ? alice : bob, all[index - 1] ?? first));
    }
    const aside = await answer(bob, first);
    all.push(aside, await answer(alice, aside));
    await world.drain();
    const wanted = readingOrder(all, first, null);
    expect(wanted).toHaveLength(523);
    for (const size of [100, 17]) expect(await wholeConversation(alice, first, size)).toEqual(wanted);
    const deep = all[515] ?? first;
    const round = readingOrder(all, deep, null);
    expect(await wholeConversation(alice, deep, 7)).toEqual(round.slice(515 - 100));
  });

  test("with oneself 130 times over is the author's thread, and answers to it come behind it", async () => {
    const first = await start(alice);
    const all = [first];
    for (let index = 1; index <= 130; index += 1) all.push(await answer(alice, all[index - 1] ?? first));
    const late = await answer(bob, all[120] ?? first);
    all.push(late, await answer(bob, all[3] ?? first), await answer(alice, late), await answer(bob, late));
    await world.drain();
    await expectWhole(all, first, [100, 61]);
  });
});

describe("reading a conversation", () => {
  /** Three replies, one with an answer of its own. */
  async function small(): Promise<Said[]> {
    const first = await start(alice);
    const [one, two, own] = [await answer(bob, first), await answer(bob, first), await answer(alice, first)];
    const all = [first, one, two, own, await answer(alice, one)];
    await world.drain();
    return all;
  }

  test("leaves out what is deleted, at once for who did it, and goes on with what answers it", async () => {
    const all = await small();
    const [first, one] = all;
    if (first === undefined || one === undefined) throw new Error("five were said");
    await bob.deletes(one);
    one.deleted = true;
    expect(await wholeConversation(bob, first, 2)).toEqual(readingOrder(all, first, bob.id));
    world.advance(6);
    for (const size of [1, 2, 100]) {
      expect(await wholeConversation(alice, first, size)).toEqual(readingOrder(all, first, alice.id));
    }
    const below = all[4] ?? first;
    expect(await wholeConversation(alice, below, 5), "a gap among the ancestors").toEqual([first.id, below.id]);
    await alice.deletes(first);
    first.deleted = true;
    world.advance(6);
    expect(await wholeConversation(alice, below, 5), "the first is gone").toEqual([below.id]);
    for (const gone of [first, one]) {
      const answered = await alice.fetch(`/2/tweets/${gone.id}/conversation`);
      expect(answered.status).toBe(404);
    }
  });

  test("leaves out who blocks the reader, is blocked, or is protected, and goes on with what answers them", async () => {
    const [carol, dan, eve] = await world.registerAll("carol", "dan", "eve");
    const first = await start(alice);
    const all = [first];
    for (const person of [carol, dan, eve]) {
      const said = await answer(person, first);
      all.push(said, await answer(bob, said));
    }
    await bob.asks(`/2/users/${bob.id}/blocking`, { json: { target_user_id: carol.id } });
    await dan.asks(`/2/users/${dan.id}/blocking`, { json: { target_user_id: bob.id } });
    await eve.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
    await world.drain();
    world.advance(6);
    const orderFor = (...gone: readonly Person[]) => {
      const byThem = all.filter((said) => gone.some((person) => person.id === said.authorId)).map((said) => said.id);
      return readingOrder(all, first, null).filter((id) => !byThem.includes(id));
    };
    expect(await wholeConversation(bob, first, 2)).toEqual(orderFor(carol, dan, eve));
    expect(await wholeConversation(alice, first, 2)).toEqual(orderFor(eve));
    expect(await wholeConversation(eve, first, 2)).toEqual(orderFor());
    expect(await wholeConversation(alice, first, 2, { anonymous: true })).toEqual(orderFor(eve));
  });

  test("needs no account, and shows a reply that was just posted, above which nothing was delivered yet", async () => {
    const first = await start(alice);
    const one = await answer(bob, first);
    const two = await answer(alice, one);
    expect(await wholeConversation(alice, two, 20, { anonymous: true })).toEqual([first.id, one.id, two.id]);
    await world.drain();
    expect(await wholeConversation(alice, first, 20, { anonymous: true })).toEqual([first.id, one.id, two.id]);
  });

  test("by a retweet's id reads that of its original, page by page", async () => {
    const all = await small();
    const [first] = all;
    if (first === undefined) throw new Error("five were said");
    const retweet = await bob.retweets(first);
    await world.drain();
    for (const size of [1, 2, 100]) {
      expect(await wholeConversation(bob, retweet, size)).toEqual(readingOrder(all, first, bob.id));
    }
    await bob.undoesRetweet(first);
    expect((await bob.fetch(`/2/tweets/${retweet.id}/conversation`)).status).toBe(404);
  });

  test("is a 404 for what never was, and a 400 for a token of another conversation, of another list, or made up", async () => {
    const [first] = await small();
    const other = await start(bob);
    await answer(alice, other);
    await answer(alice, other);
    await world.drain();
    if (first === undefined) throw new Error("five were said");
    const statusOf = async (id: string, query = "") =>
      (await alice.fetch(`/2/tweets/${id}/conversation${query}`)).status;
    expect(await Promise.all(["1", alice.id, "9223372036854775807"].map((id) => statusOf(id)))).toEqual([
      404, 404, 404,
    ]);
    const tokenOf = async (path: string) => (await alice.page(path, { max_results: 1 })).meta.next_token ?? "";
    const tokens = [
      await tokenOf(`/2/tweets/${other.id}/conversation`),
      await tokenOf(`/2/users/${alice.id}/tweets`),
      "made.up",
    ];
    for (const token of tokens) {
      expect(token).not.toBe("");
      expect(await statusOf(first.id, `?pagination_token=${encodeURIComponent(token)}`)).toBe(400);
    }
    for (const size of ["0", "101", "x"]) expect(await statusOf(first.id, `?max_results=${size}`)).toBe(400);
  });

  test("is a 503 while the shard of the first tweet does not answer, and whole again after", async () => {
    const all = await small();
    const [first] = all;
    if (first === undefined) throw new Error("five were said");
    world.faults.shard(0, "error");
    expect((await bob.fetch(`/2/tweets/${first.id}/conversation`)).status).toBe(503);
    world.faults.none();
    expect(await wholeConversation(bob, first, 2)).toEqual(readingOrder(all, first, bob.id));
  });

  test("names the shard that does not answer where only some of the tweets are missing", async () => {
    const all = await small();
    const [first] = all;
    if (first === undefined) throw new Error("five were said");
    world.faults.shard(1, "error");
    const page = await alice.page(`/2/tweets/${first.id}/conversation`);
    expect(page.meta.degraded).toEqual(["shard:1"]);
    const alices = all.filter((said) => said.authorId === alice.id).map((said) => said.id);
    expect(page.ids.toSorted()).toEqual(alices.toSorted());
  });
});
