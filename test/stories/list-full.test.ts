import { describe, expect, test } from "vitest";
import {
  adds,
  change,
  deletesList,
  idsAt,
  listedCount,
  lookUp,
  newestFirst,
  newList,
  plantMembers,
  removes,
  statusOf,
  walk,
} from "../lists/talk.ts";
import { plantUsers } from "../support/planting.ts";
import { newWorld, type Person } from "../support/world.ts";

const add = (owner: Person, list: { id: string }, userId: string, idempotencyKey?: string) =>
  owner.fetch(`/2/lists/${list.id}/members`, {
    json: { user_id: userId },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
const membersOf = (person: Person, list: { id: string }) => idsAt(person, `/2/lists/${list.id}/members`);

describe("a full list", () => {
  test("of 5,000 takes no 5,001st and says so, keeps those it has, and takes another for one that goes", async () => {
    const world = await newWorld();
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const list = await newList(alice);
    const crowd = await plantUsers(world, 4_999);
    await plantMembers(world, list, crowd);
    expect((await add(alice, list, bob.id)).status).toBe(200);
    await world.drain();
    world.meter.reset();
    const refused = await add(alice, list, carol.id, "key");
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining("at most 5000") });
    expect(world.meter.d1.rowsWritten).toBe(0);
    expect((await add(alice, list, bob.id, "again")).status, "who is in already is no new one").toBe(200);
    expect(await lookUp(alice, list)).toMatchObject({ member_count: 5_000 });
    await removes(alice, list, bob);
    expect((await add(alice, list, bob.id, "again")).status, "the first answer again").toBe(200);
    expect(await lookUp(alice, list), "and no more than that").toMatchObject({ member_count: 4_999 });
    expect((await add(alice, list, carol.id, "key")).status, "now there is room").toBe(200);
    expect(await lookUp(alice, list)).toMatchObject({ member_count: 5_000 });
  });

  test("takes one of two who are added at once to the last place", async () => {
    const world = await newWorld({ vars: { LIST_MEMBERS_MAX: "2" } });
    const [alice, bob, carol] = await world.registerAll("alice", "bob", "carol");
    const list = await newList(alice);
    await adds(alice, list, alice);
    const both = await Promise.all([add(alice, list, bob.id), add(alice, list, carol.id)]);
    expect(both.map((one) => one.status).sort()).toEqual([200, 403]);
    expect(await membersOf(alice, list)).toHaveLength(2);
  });

  test("of 5,000 is read in 6 queries a page at most, whoever asks and whatever of it", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const list = await newList(alice);
    const crowd = await plantUsers(world, 5_000);
    await plantMembers(world, list, crowd);
    const path = `/2/lists/${list.id}/members?max_results=100`;
    for (const query of ["", "&user.fields=viewer,public_metrics,connection_status"]) {
      for (const person of [alice, bob]) {
        world.meter.reset();
        const page = await person.asks<{ data: { id: string }[]; meta: { next_token: string } }>(`${path}${query}`);
        expect(page.data.map((user) => user.id)).toEqual(newestFirst(...crowd.map(unpadded)).slice(0, 100));
        expect(world.meter.d1.requests).toBeLessThanOrEqual(6);
        expect(world.meter.d1.rowsRead, "what is read does not grow with the list").toBeLessThan(2_000);
        expect(world.meter.d1.rowsWritten).toBe(0);
        world.meter.reset();
        await person.asks(`${path}${query}&pagination_token=${page.meta.next_token}`);
        expect(world.meter.d1.requests).toBeLessThanOrEqual(6);
      }
    }
  });

  test("of 5,000 that turns private, or goes, leaves every member's lists and counts", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const list = await newList(alice);
    const crowd = await plantUsers(world, 5_000);
    await plantMembers(world, list, crowd);
    const counted = async () => {
      const statement = "SELECT count(*) AS users FROM listed_counts WHERE listed_count = 1";
      const [zero, one] = await Promise.all(
        [world.isolate.env.SHARD_0, world.isolate.env.SHARD_1].map((shard) => shard.prepare(statement).first("users")),
      );
      return Number(zero) + Number(one);
    };
    const before = await counted();
    for (const [json, more] of [
      [{ private: true }, 0],
      [{ private: false }, 5_000],
      [{ private: true }, 0],
      [{ private: false }, 5_000],
    ] as const) {
      await change(alice, list, json);
      await world.drain();
      expect((await counted()) - before).toBe(more);
    }
    await deletesList(alice, list);
    await world.drain();
    expect((await counted()) - before).toBe(0);
  });
});

const unpadded = ({ id }: { id: string }) => ({ id: id.replace(/^0+/, "") });

describe("pages of members", () => {
  test.each([100, 64, 7])("of %i come with no gap and no repeat, whatever database they live in", async (size) => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const list = await newList(alice);
    const crowd = (await plantUsers(world, 130)).map(unpadded);
    await plantMembers(
      world,
      list,
      crowd.map(({ id }) => ({ id: id.padStart(19, "0") })),
    );
    expect(await idsAt(alice, `/2/lists/${list.id}/members`, size)).toEqual(newestFirst(...crowd));
  });

  test("select user fields as every list of users does", async () => {
    const world = await newWorld();
    const [alice, bob] = await world.registerAll("alice", "bob");
    const list = await newList(alice);
    await adds(alice, list, bob);
    await alice.follows(bob);
    const path = `/2/lists/${list.id}/members`;
    expect(await alice.asks(`${path}?user.fields=`)).toEqual({
      data: [{ id: bob.id, name: expect.any(String), username: bob.username }],
      meta: { result_count: 1 },
    });
    const { data } = await alice.asks<{ data: { viewer: object }[] }>(`${path}?user.fields=viewer`);
    expect(data[0]?.viewer).toMatchObject({ following: true, blocked_by: false });
    expect(await statusOf(alice, `${path}?user.fields=email`)).toBe(400);
    expect(await statusOf(alice, `${path}?max_results=101`)).toBe(400);
  });

  test("keep their place while others come and go", async () => {
    const world = await newWorld();
    const alice = await world.register("alice");
    const list = await newList(alice);
    const crowd = await plantUsers(world, 30);
    await plantMembers(world, list, crowd);
    const path = `/2/lists/${list.id}/members`;
    const first = await alice.asks<{ data: { id: string }[]; meta: { next_token: string } }>(`${path}?max_results=10`);
    const [gone = "nobody", ...stayed] = newestFirst(...crowd.map(unpadded)).reverse();
    await removes(alice, list, { id: gone });
    await adds(alice, list, await world.register("late"));
    const rest = await alice.asks<{ data: { id: string }[] }>(
      `${path}?max_results=100&pagination_token=${first.meta.next_token}`,
    );
    const seen = [...first.data, ...rest.data].map(({ id }) => id);
    expect(seen).toEqual(stayed.reverse());
  });
});

test("the lists that somebody is in come newest first, in pages, without those that are gone or private", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  const shown: { id: string }[] = [];
  for (let index = 0; index < 30; index += 1) {
    const list = await newList(alice, { name: `list ${index}`, private: index % 3 === 1 });
    await adds(alice, list, bob);
    if (index % 3 === 0) shown.push(list);
    if (index % 3 === 2) await deletesList(alice, list);
  }
  await world.drain();
  const path = `/2/users/${bob.id}/list_memberships`;
  for (const size of [100, 10, 9, 3, 1]) expect(await idsAt(bob, path, size)).toEqual(newestFirst(...shown));
  expect(await walk(alice, path), "their owner sees the private ones, too").toHaveLength(20);
  expect(await listedCount(bob, bob)).toBe(10);
});

test("the lists that somebody owns come to others in full pages, however many private ones lie between", async () => {
  const world = await newWorld();
  const [alice, bob] = await world.registerAll("alice", "bob");
  const lists: { id: string; open: boolean }[] = [];
  for (let index = 0; index < 40; index += 1) {
    const open = index % 5 === 0 || index > 32;
    lists.push({ ...(await newList(alice, { private: !open })), open });
  }
  const path = `/2/users/${alice.id}/owned_lists`;
  for (const size of [100, 14, 7, 3, 2]) {
    expect(await idsAt(bob, path, size)).toEqual(newestFirst(...lists.filter((list) => list.open)));
    expect(await idsAt(alice, path, size)).toEqual(newestFirst(...lists));
  }
});
