import { describe, expect, test } from "vitest";
import type { UserObject } from "../../workers/hydrate/contract.ts";
import { newWorld, type Person } from "../support/world.ts";
import { deactivate, rowsOf, send } from "../accounts/send.ts";

const edit = (person: Person, json: unknown) =>
  send<{ data: UserObject; detail?: string }>(person.isolate, "PATCH /2/users/me", { json, token: person.token });

describe("who edits the profile", () => {
  test("sees the change at once, and so do others on the same isolate", async () => {
    const world = await newWorld();
    const [ada, bob] = await world.registerAll("ada", "bob");
    expect((await bob.asks<{ data: UserObject }>(`/2/users/${ada.id}`)).data.name).toBe(ada.username);
    const changes = {
      name: "Ada 🦆",
      description: 'It\'s "quoted"',
      location: "Zürich",
      url: "https://example.org/?a=1&b",
    };
    const answer = await edit(ada, changes);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({ id: ada.id, username: ada.username, ...changes });
    expect((await bob.asks<{ data: UserObject }>(`/2/users/${ada.id}`)).data).toMatchObject(changes);
  });

  test("changes only what is given, and may empty it", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    await edit(ada, { name: "Ada", description: "one", location: "two", url: "http://example.org" });
    await edit(ada, { description: "", url: "" });
    await edit(ada, { protected: true });
    const [row] = await rowsOf(world.isolate, "users", ada.id);
    expect(row).toMatchObject({ name: "Ada", description: "", location: "two", url: "", protected: 1 });
    await edit(ada, { protected: false });
    expect((await rowsOf(world.isolate, "users", ada.id))[0]).toMatchObject({ protected: 0, location: "two" });
  });

  test("writes a change and its log entry in one batch, and nothing where nothing differs", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const number = async () => (await rowsOf(world.isolate, "visibility_log", ada.id)).length;
    world.meter.reset();
    await edit(ada, { name: "Ada" });
    expect(world.meter.d1.batches).toBe(1);
    expect(await number()).toBe(1);
    world.meter.reset();
    expect((await edit(ada, { name: "Ada" })).status).toBe(200);
    expect((await edit(ada, {})).status).toBe(200);
    expect(world.meter.d1.rowsWritten).toBe(0);
    expect(await number()).toBe(1);
  });

  test("with unknown fields changes nothing else: not the username, the id or the state", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const before = await rowsOf(world.isolate, "users", ada.id);
    const answer = await edit(ada, {
      username: "root_1",
      id: "1",
      state: "admin",
      email: "x@example.org",
      verified: true,
    });
    expect(answer.status).toBe(200);
    expect(await rowsOf(world.isolate, "users", ada.id)).toEqual(before);
  });

  test("through a lost answer of the store has edited it once", async () => {
    const world = await newWorld();
    const ada = await world.register("ada", { shard: 0 });
    world.faults.shard(0, "lost-answer", { times: 1, only: /UPDATE users/ });
    expect((await edit(ada, { name: "Ada" })).body.data.name).toBe("Ada");
    expect(await rowsOf(world.isolate, "visibility_log", ada.id)).toHaveLength(1);
  });

  test("of an account that ended gets 403 and changes nothing", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    await deactivate(world.isolate, ada.id);
    expect((await edit(ada, { name: "Ghost" })).status).toBe(403);
    expect((await edit(ada, {})).status).toBe(403);
    expect((await send(world.isolate, "GET /2/users/me", { token: ada.token })).status).toBe(403);
    expect((await rowsOf(world.isolate, "users", ada.id))[0]).toMatchObject({ name: ada.username });
  });

  test("without a token gets 401", async () => {
    const world = await newWorld();
    expect((await send(world.isolate, "PATCH /2/users/me", { json: { name: "Nobody" } })).status).toBe(401);
  });

  test.each([
    ["name", ""],
    ["name", "x".repeat(51)],
    ["name", null],
    ["name", "a\u0000b"],
    ["description", "x".repeat(161)],
    ["location", "x".repeat(31)],
    ["location", 5],
    ["url", "javascript:alert(1)"],
    ["url", "example.org"],
    ["url", "https://"],
    ["url", "https://a b"],
    ["url", `https://example.org/${"x".repeat(100)}`],
    ["url", "ftp://example.org"],
    ["protected", "true"],
    ["protected", 1],
  ] as const)("with %s = %j gets 400, and the other fields stay too", async (field, value) => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const before = await rowsOf(world.isolate, "users", ada.id);
    const answer = await edit(ada, { name: "Other", description: "Other", [field]: value });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(field);
    expect(await rowsOf(world.isolate, "users", ada.id)).toEqual(before);
  });
});
