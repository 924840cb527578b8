import { describe, expect, test } from "vitest";
import {
  adds,
  change,
  deletesList,
  followsList,
  idsAt,
  lookUp,
  newestFirst,
  newList,
  pinnedIds,
  pins,
  statusOf,
  unfollowsList,
  type ListJson,
} from "../lists/talk.ts";
import { outboxRows } from "../support/planting.ts";
import { newWorld, type Person } from "../support/world.ts";

const followed = (person: Person) => idsAt(person, `/2/users/${person.id}/followed_lists`);
const followersOf = (person: Person, list: { id: string }) => idsAt(person, `/2/lists/${list.id}/followers`);
const post = (person: Person, what: "followed_lists" | "pinned_lists", listId: string, idempotencyKey?: string) =>
  person.fetch(`/2/users/${person.id}/${what}`, {
    json: { list_id: listId },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });

describe("a followed list", () => {
  test("is among one's own at once, and counted by the list once the event has come", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const list = await newList(alice);
    expect(await followsList(bob, list)).toEqual({ data: { following: true } });
    expect(await followed(bob)).toEqual([list.id]);
    expect(await idsAt(alice, `/2/users/${bob.id}/followed_lists`), "for others, too").toEqual([list.id]);
    expect(await lookUp(bob, list)).toMatchObject({ follower_count: 0 });
    await world.drain();
    expect(await lookUp(bob, list)).toMatchObject({ follower_count: 1 });
    expect(await followersOf(alice, list)).toEqual([bob.id]);
    expect(await unfollowsList(bob, list)).toEqual({ data: { following: false } });
    expect(await followed(bob)).toEqual([]);
    await world.drain();
    expect(await lookUp(bob, list)).toMatchObject({ follower_count: 0 });
    expect(await followersOf(alice, list)).toEqual([]);
    expect((await outboxRows(world)).filter(({ kind }) => kind.startsWith("list-"))).toEqual([]);
  });

  test("followed twice is followed once, and unfollowing what is not followed changes nothing: no row, no event", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const [list, other] = [await newList(alice), await newList(alice)];
    await followsList(bob, list);
    await world.drain();
    world.meter.reset();
    await followsList(bob, list);
    for (const one of [other, { id: "1" }]) {
      expect(await unfollowsList(bob, one)).toEqual({ data: { following: false } });
    }
    expect(world.meter.d1.rowsWritten).toBe(0);
    expect(world.queue.messages).toEqual([]);
    expect(await lookUp(bob, list)).toMatchObject({ follower_count: 1 });
  });

  test("is a 404 where there is none, a 403 on another's path, a 400 with another id's form", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const list = await newList(alice);
    const gone = await newList(alice);
    await deletesList(alice, gone);
    for (const what of ["followed_lists", "pinned_lists"] as const) {
      for (const id of ["1", alice.id, gone.id]) expect((await post(bob, what, id, `${what}-${id}`)).status).toBe(404);
      const path = `/2/users/${alice.id}/${what}`;
      expect(await statusOf(bob, path, { json: { list_id: list.id } })).toBe(403);
      expect(await statusOf(bob, `${path}/${list.id}`, { method: "DELETE" })).toBe(403);
      for (const json of [{}, { list_id: "x" }, { list_id: 1 }]) {
        expect(await statusOf(bob, `/2/users/${bob.id}/${what}`, { json })).toBe(400);
      }
    }
    expect(await statusOf(bob, `/2/users/${alice.id}/pinned_lists`), "another's pins").toBe(403);
    expect(world.queue.messages).toEqual([]);
  });

  test("under an Idempotency-Key is not followed or pinned anew when undone meanwhile", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const [list, other] = [await newList(alice), await newList(alice)];
    for (const what of ["followed_lists", "pinned_lists"] as const) {
      const first = await (await post(bob, what, list.id, what)).text();
      await bob.asks(`/2/users/${bob.id}/${what}/${list.id}`, { method: "DELETE" });
      expect(await (await post(bob, what, list.id, what)).text()).toBe(first);
      expect((await post(bob, what, other.id, what)).status).toBe(422);
      expect(await bob.asks(`/2/users/${bob.id}/${what}`)).toEqual({ meta: { result_count: 0 } });
    }
  });

  test("is followed once where the store's answer is lost, and told about once", async () => {
    const world = await newWorld();
    const [alice, bob] = [await world.register("alice"), await world.register("bob", { shard: 0 })];
    const list = await newList(alice);
    for (const act of [followsList, unfollowsList, followsList]) {
      world.faults.shard(0, "lost-answer", { times: 1, only: /INSERT INTO "outbox"/i });
      await act(bob, list);
      expect(world.queue.messages).toHaveLength(1);
      await world.drain();
    }
    expect(await lookUp(bob, list)).toMatchObject({ follower_count: 1 });
  });

  test("that is gone can be unfollowed, one that turned private is left out until it is public again", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const [list, gone] = [await newList(alice), await newList(alice)];
    await followsList(bob, list);
    await followsList(bob, gone);
    await followsList(alice, list);
    await deletesList(alice, gone);
    expect(await followed(bob)).toEqual([list.id]);
    expect(await unfollowsList(bob, gone)).toEqual({ data: { following: false } });
    await change(alice, list, { private: true });
    expect(await followed(bob)).toEqual([]);
    expect(await followed(alice), "its owner follows on").toEqual([list.id]);
    await change(alice, list, { private: false });
    expect(await followed(bob)).toEqual([list.id]);
  });
});

test("followed lists and their followers come newest first, in pages with no gap and no repeat", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  const lists: ListJson[] = [];
  for (let index = 0; index < 23; index += 1) lists.push(await newList(index % 2 === 0 ? alice : bob));
  const people: Person[] = [];
  for (let index = 0; index < 8; index += 1) people.push(await world.register("fan"));
  const [popular] = lists;
  if (popular === undefined) throw new Error("no list");
  for (const list of lists) await followsList(bob, list);
  for (const person of people) await followsList(person, popular);
  await world.drain();
  for (const size of [100, 23, 5, 1]) {
    expect(await idsAt(alice, `/2/users/${bob.id}/followed_lists`, size)).toEqual(newestFirst(...lists));
  }
  for (const size of [100, 4, 1]) {
    expect(await idsAt(alice, `/2/lists/${popular.id}/followers`, size)).toEqual(newestFirst(bob, ...people));
  }
  expect(await lookUp(alice, popular)).toMatchObject({ follower_count: 9 });
});

describe("pinned lists", () => {
  test("are one's own business: there at once, newest list first, once each, until they are taken off", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const lists = [await newList(alice), await newList(bob), await newList(bob, { private: true })] as const;
    for (const list of [...lists, ...lists]) expect(await pins(bob, list)).toEqual({ data: { pinned: true } });
    expect(await pinnedIds(bob)).toEqual(newestFirst(...lists));
    expect(world.queue.messages, "nobody else is told").toEqual([]);
    const path = `/2/users/${bob.id}/pinned_lists`;
    expect(await bob.asks(`${path}/${lists[0].id}`, { method: "DELETE" })).toEqual({ data: { pinned: false } });
    expect(await bob.asks(`${path}/${lists[0].id}`, { method: "DELETE" })).toEqual({ data: { pinned: false } });
    expect(await pinnedIds(bob)).toEqual(newestFirst(lists[1], lists[2]));
  });

  test("are so many and no more, a repeat being no new one, and what is gone or hidden makes room", async () => {
    const world = await newWorld({ vars: { LISTS_PINNED_MAX: "2" } });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const lists = [];
    for (let index = 0; index < 5; index += 1) lists.push(await newList(alice));
    const [one, two, three, four, five] = lists;
    if (one === undefined || two === undefined || three === undefined || four === undefined || five === undefined)
      throw new Error("no lists");
    await pins(bob, one);
    await pins(bob, two);
    const refused = await post(bob, "pinned_lists", three.id, "key");
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("at most 2") });
    await pins(bob, one);
    expect(await pinnedIds(bob)).toEqual(newestFirst(one, two));
    await deletesList(alice, one);
    await change(alice, two, { private: true });
    expect(await pinnedIds(bob)).toEqual([]);
    expect((await post(bob, "pinned_lists", three.id, "key")).status).toBe(200);
    await pins(bob, four);
    expect((await post(bob, "pinned_lists", five.id)).status).toBe(403);
    expect(await pinnedIds(bob)).toEqual(newestFirst(three, four));
    await change(alice, two, { private: false });
    expect(await pinnedIds(bob), "what made room does not come back").toEqual(newestFirst(three, four));
  });

  test("at the limit at once are not one too many", async () => {
    const world = await newWorld({ vars: { LISTS_PINNED_MAX: "1" } });
    const [alice, bob] = await world.registerAll("alice", "bob");
    const [one, two] = [await newList(alice), await newList(alice)];
    const both = await Promise.all([post(bob, "pinned_lists", one.id), post(bob, "pinned_lists", two.id)]);
    expect(both.map((answer) => answer.status).sort()).toEqual([200, 403]);
    expect(await pinnedIds(bob)).toHaveLength(1);
  });
});

test("a list of lists shows the fields asked for, and owners once where they are asked for", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  const lists = [await newList(alice, { name: "one" }), await newList(alice, { name: "two" })] as const;
  for (const list of lists) {
    await adds(alice, list, bob);
    await followsList(bob, list);
    await pins(bob, list);
  }
  await alice.follows(bob);
  await world.drain();
  const plain = [lists[1], lists[0]].map(({ id, name }) => ({ id, name }));
  for (const path of [
    `/2/users/${alice.id}/owned_lists`,
    `/2/users/${bob.id}/list_memberships`,
    `/2/users/${bob.id}/followed_lists`,
    `/2/users/${bob.id}/pinned_lists`,
  ]) {
    expect(await bob.asks(`${path}?list.fields=`), path).toEqual({ data: plain, meta: { result_count: 2 } });
    const some = await bob.asks<{ data: object[] }>(`${path}?list.fields=member_count, private,id`);
    expect(some.data).toEqual(plain.map((list) => ({ ...list, member_count: 1, private: false })));
    const { data } = await bob.asks<{ data: ListJson[] }>(path);
    expect(data[0]).toEqual(await lookUp(bob, lists[1]));
    const wide = await bob.asks<{ includes: object }>(
      `${path}?list.fields=&expansions=owner_id&user.fields=viewer,public_metrics`,
    );
    expect(wide.includes).toEqual({
      users: [
        {
          id: alice.id,
          name: expect.any(String),
          username: alice.username,
          public_metrics: { followers_count: 0, following_count: 1, tweet_count: 0, listed_count: 0 },
          viewer: expect.objectContaining({ following: false, followed_by: true }),
        },
      ],
    });
    for (const query of ["list.fields=x", "expansions=author_id", "user.fields=email"]) {
      expect(await statusOf(bob, `${path}?${query}`), query).toBe(400);
    }
  }
});
