import { describe, expect, test } from "vitest";
import {
  adds,
  change,
  deletesList,
  followsList,
  idsAt,
  listedCount,
  lookUp,
  newList,
  pinnedIds,
  pins,
  removes,
  statusOf,
  type Has,
} from "../lists/talk.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

/** Every way to a list, as `person`: true where it leads there. */
async function waysTo(person: Person, list: Has, { owner, member }: { owner: Has; member: Has }) {
  const opens = async (path: string, json?: object) =>
    (await statusOf(person, path, json === undefined ? {} : { json })) === 200;
  const among = async (path: string) => (await idsAt(person, path)).includes(list.id);
  const own = `/2/users/${person.id}`;
  return {
    lookup: await opens(`/2/lists/${list.id}`),
    members: await opens(`/2/lists/${list.id}/members`),
    followers: await opens(`/2/lists/${list.id}/followers`),
    owned: await among(`/2/users/${owner.id}/owned_lists`),
    memberships: await among(`/2/users/${member.id}/list_memberships`),
    followed: await among(`/2/users/${member.id}/followed_lists`),
    follow: await opens(`${own}/followed_lists`, { list_id: list.id }),
    pin: await opens(`${own}/pinned_lists`, { list_id: list.id }),
    pinned: (await pinnedIds(person)).includes(list.id),
    counted: (await listedCount(person, member)) === 1,
  };
}
const EVERY = [
  "lookup",
  "members",
  "followers",
  "owned",
  "memberships",
  "followed",
  "follow",
  "pin",
  "pinned",
  "counted",
];
const NO_WAY = Object.fromEntries(EVERY.map((way) => [way, false]));
const EVERY_WAY = Object.fromEntries(EVERY.map((way) => [way, true]));

/** Alice's list with Bob in it, who follows and has pinned it, as has Carol. */
async function settled(world: World) {
  const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
  const list = await newList(alice);
  await adds(alice, list, bob);
  for (const person of [bob, carol]) {
    await followsList(person, list);
    await pins(person, list);
  }
  await world.drain();
  return { alice, bob, carol, list, people: { owner: alice, member: bob } };
}

describe("a private list", () => {
  test("is reached in no way by anybody but its owner: not by who is in it, who followed it, who pinned it", async () => {
    const world = await newWorld({ isolates: 2 });
    const { alice, bob, carol, list, people } = await settled(world);
    for (const person of [alice, bob, carol]) expect(await waysTo(person, list, people)).toEqual(EVERY_WAY);
    await world.drain();
    await change(alice, list, { private: true });
    for (const person of [bob, carol, bob.at(world.isolates[1] ?? world.isolate)]) {
      const { counted, ...ways } = await waysTo(person, list, people);
      expect({ ...ways, counted: false }, "at once").toEqual(NO_WAY);
      expect(counted, "the count waits for the event").toBe(true);
    }
    await world.drain();
    for (const person of [bob, carol]) expect(await waysTo(person, list, people)).toEqual(NO_WAY);
    expect(await waysTo(alice, list, people)).toEqual({ ...EVERY_WAY, counted: false });
    await world.drain();
    await change(alice, list, { private: false });
    await world.drain();
    for (const person of [alice, bob, carol]) expect(await waysTo(person, list, people)).toEqual(EVERY_WAY);
  });

  test("that always was one leaves no trace with those who are in it, and is whole for its owner", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const list = await newList(alice, { private: true });
    await adds(alice, list, bob, carol);
    await followsList(alice, list);
    await world.drain();
    for (const person of [bob, carol]) {
      expect(await waysTo(person, list, { owner: alice, member: bob })).toEqual(NO_WAY);
    }
    expect(await lookUp(alice, list)).toMatchObject({ member_count: 2, follower_count: 1, private: true });
    expect(await idsAt(alice, `/2/lists/${list.id}/followers`)).toEqual([alice.id]);
    expect(await idsAt(alice, `/2/users/${bob.id}/list_memberships`)).toEqual([list.id]);
    await removes(alice, list, bob);
    await deletesList(alice, list);
    await world.drain();
    expect([await listedCount(bob, bob), await listedCount(bob, carol)]).toEqual([0, 0]);
  });

  test("is not told apart from one that never was: the same answer, word for word but for its request id", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const list = await newList(alice, { private: true });
    const answers = async (id: string) => {
      const requests = [
        bob.fetch(`/2/lists/${id}`),
        bob.fetch(`/2/lists/${id}/members`),
        bob.fetch(`/2/lists/${id}/followers`),
        bob.fetch(`/2/lists/${id}`, { method: "DELETE" }),
        bob.fetch(`/2/lists/${id}`, { method: "PUT", json: { name: "x" } }),
        bob.fetch(`/2/lists/${id}/members`, { json: { user_id: bob.id } }),
        bob.fetch(`/2/lists/${id}/members/${bob.id}`, { method: "DELETE" }),
        bob.fetch(`/2/users/${bob.id}/followed_lists`, { json: { list_id: id } }),
        bob.fetch(`/2/users/${bob.id}/pinned_lists`, { json: { list_id: id } }),
        bob.fetch(`/2/users/${bob.id}/followed_lists/${id}`, { method: "DELETE" }),
        bob.fetch(`/2/users/${bob.id}/pinned_lists/${id}`, { method: "DELETE" }),
      ];
      return await Promise.all((await Promise.all(requests)).map(async (one) => [one.status, await one.json()]));
    };
    const never = await answers("1");
    expect(never.map(([status]) => status)).toEqual([404, 404, 404, 404, 404, 404, 404, 404, 404, 200, 200]);
    expect(await answers(list.id)).toEqual(never);
  });
});

test("without an account one may look a public list up by its id, and nothing else", async () => {
  const world = await newWorld();
  const alice = await world.register("alice");
  const list = await newList(alice);
  const user = `/2/users/${alice.id}`;
  const closed = await newList(alice, { private: true });
  const statuses = [list, closed].map(async ({ id }) => (await world.isolate.fetch(`/2/lists/${id}`)).status);
  expect(await Promise.all(statuses)).toEqual([200, 404]);
  const reads = [
    `/2/lists/${list.id}/members`,
    `/2/lists/${list.id}/followers`,
    `${user}/owned_lists`,
    `${user}/list_memberships`,
    `${user}/followed_lists`,
    `${user}/pinned_lists`,
  ];
  const deletes = [
    `/2/lists/${list.id}`,
    `/2/lists/${list.id}/members/${alice.id}`,
    `${user}/followed_lists/${list.id}`,
    `${user}/pinned_lists/${list.id}`,
  ];
  for (const path of reads) expect((await world.isolate.fetch(path)).status, path).toBe(401);
  for (const path of deletes) {
    expect((await world.isolate.fetch(path, { method: "DELETE" })).status, path).toBe(401);
  }
  expect(await lookUp(alice, list)).toMatchObject({ name: "birds" });
});

describe("the lists of somebody", () => {
  const errors = [expect.objectContaining({ type: "about:blank#not-authorized-for-resource" })];
  const paths = ["owned_lists", "list_memberships", "followed_lists"];

  async function listOfTheirOwn(world: World, owner: Person) {
    const list = await newList(owner);
    await adds(owner, list, owner);
    await followsList(owner, list);
    await world.drain();
    return list;
  }

  test("whose account is protected are for themself and their followers, by every way", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    await bob.follows(alice);
    const list = await listOfTheirOwn(world, alice);
    await adds(alice, list, carol);
    await followsList(carol, list);
    await world.drain();
    await alice.asks("/2/users/me", { method: "PATCH", json: { protected: true } });
    for (const path of paths) {
      expect(await carol.asks(`/2/users/${alice.id}/${path}`)).toEqual({ meta: { result_count: 0 }, errors });
      for (const person of [alice, bob]) expect(await idsAt(person, `/2/users/${alice.id}/${path}`)).toEqual([list.id]);
    }
    expect([await statusOf(carol, `/2/lists/${list.id}`), await statusOf(bob, `/2/lists/${list.id}`)]).toEqual([
      404, 200,
    ]);
    expect(await statusOf(carol, `/2/lists/${list.id}`, { method: "PUT", json: { name: "x" } })).toBe(404);
    for (const path of ["list_memberships", "followed_lists"]) {
      expect(await idsAt(carol, `/2/users/${carol.id}/${path}`)).toEqual([]);
    }
    await alice.asks("/2/users/me", { method: "PATCH", json: { protected: false } });
    expect(await idsAt(carol, `/2/users/${carol.id}/followed_lists`)).toEqual([list.id]);
  });

  test("who blocks one, or whom one blocks, are out of reach", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const list = await listOfTheirOwn(world, alice);
    for (const person of [bob, carol]) await followsList(person, list);
    await alice.asks(`/2/users/${alice.id}/blocking`, { json: { target_user_id: bob.id } });
    await carol.asks(`/2/users/${carol.id}/blocking`, { json: { target_user_id: alice.id } });
    await world.drain();
    for (const person of [bob, carol]) {
      for (const path of paths) {
        expect(await person.asks(`/2/users/${alice.id}/${path}`)).toEqual({ meta: { result_count: 0 }, errors });
      }
      expect(await statusOf(person, `/2/lists/${list.id}`)).toBe(404);
      expect(await idsAt(person, `/2/users/${person.id}/followed_lists`)).toEqual([]);
    }
  });

  test("who is nobody is a 404", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    for (const path of paths) expect(await statusOf(alice, `/2/users/1/${path}`)).toBe(404);
  });
});

test("a paging token leads on in its own list alone", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  const lists = [await newList(alice), await newList(alice)] as const;
  for (const list of lists) {
    for (const person of [alice, bob]) {
      await adds(alice, list, person);
      await followsList(person, list);
    }
  }
  await alice.follows(bob);
  await bob.follows(alice);
  await world.drain();
  const paths = lists.flatMap(({ id }) => [`/2/lists/${id}/members`, `/2/lists/${id}/followers`]);
  for (const { id } of [alice, bob]) {
    paths.push(`/2/users/${id}/list_memberships`, `/2/users/${id}/followed_lists`);
  }
  paths.push(`/2/users/${alice.id}/owned_lists`);
  const tokens = new Map<string, string>();
  for (const path of paths) {
    const { meta } = await alice.asks<{ meta: { next_token?: string } }>(`${path}?max_results=1`);
    tokens.set(path, meta.next_token ?? "none");
  }
  for (const path of [...paths, `/2/users/${alice.id}/followers`, `/2/users/${alice.id}/tweets`]) {
    for (const [from, token] of tokens) {
      const status = await statusOf(alice, `${path}?max_results=1&pagination_token=${token}`);
      expect(status, `${path} with a token of ${from}`).toBe(path === from ? 200 : 400);
    }
    for (const made of ["", "x", "MQ.AAAAAAAAAAAA"]) {
      expect(await statusOf(alice, `${path}?pagination_token=${made}`)).toBe(400);
    }
  }
});

test("where a store does not answer, lists are a 503 and nothing is shown that may be hidden", async () => {
  const world = await newWorld({ vars: { BREAKER_FAILURES: "1000" } });
  const [alice, bob] = [await world.register("alice", { shard: 0 }), await world.register("bob", { shard: 1 })];
  const list = await newList(alice);
  await adds(alice, list, bob);
  await world.drain();
  for (const shard of [0, 1]) {
    world.faults.shard(shard, "error");
    expect(await statusOf(bob, `/2/lists/${list.id}`)).toBe(503);
    expect(await statusOf(bob, `/2/lists/${list.id}/members`)).toBe(503);
    expect(await statusOf(bob, `/2/users/${bob.id}/list_memberships`)).toBe(503);
    expect(await statusOf(bob, `/2/users/${bob.id}/followed_lists`, { json: { list_id: list.id } })).toBe(503);
    expect(await statusOf(alice, `/2/lists/${list.id}/members`, { json: { user_id: bob.id } })).toBe(503);
    world.faults.none();
  }
  expect(await statusOf(bob, `/2/lists/${list.id}`)).toBe(200);
});
