import { describe, expect, test } from "vitest";
import { createMinter } from "../../workers/lib/snowflake.ts";
import { newWorld } from "../support/world.ts";
import { rowsOf, send, type SessionAnswer } from "../accounts/send.ts";

const PASSWORD = "correct horse";
let count = 0;
/** A username nobody has yet. */
const fresh = (label = "New") => `${label}_${(count += 1)}`;

describe("who registers", () => {
  test("gets the account, signed in", async () => {
    const world = await newWorld();
    const username = fresh();
    const json = { username, password: PASSWORD, name: "Ada L.", email: "ada@example.org" };
    const answer = await send<SessionAnswer>(world.isolate, "POST /2/auth/register", { json });
    expect(answer.status).toBe(201);
    const { user, access_token, refresh_token, token_type, expires_in } = answer.body.data;
    expect(user).toMatchObject({ username, name: "Ada L." });
    expect(user.id).toMatch(/^[1-9]\d{17,18}$/);
    expect(JSON.stringify(user)).not.toContain("example.org");
    expect(refresh_token).toMatch(new RegExp(`^${user.id}\\.[\\w-]{22}\\.[\\w-]{43}$`));
    expect({ token_type, expires_in }).toEqual({ token_type: "bearer", expires_in: 900 });
    const me = await send<{ data: unknown }>(world.isolate, "GET /2/users/me", { token: access_token });
    expect(me.body.data).toEqual(user);
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
  });

  test("without a name is called by the username", async () => {
    const world = await newWorld();
    const json = { username: fresh(), password: PASSWORD };
    const answer = await send<SessionAnswer>(world.isolate, "POST /2/auth/register", { json });
    expect(answer.body.data.user.name).toBe(json.username);
  });

  test("costs one batch in one database, and leaves only hashes there", async () => {
    const world = await newWorld();
    world.meter.reset();
    const ada = await world.register("ada");
    const writes = world.meter.sql.filter(({ text }) => /^\s*(INSERT|UPDATE|DELETE)/i.test(text));
    expect(new Set(writes.map(({ shard }) => shard)).size).toBe(1);
    expect(writes).toHaveLength(3);
    expect(world.meter.d1.batches).toBe(1);
    // The account, its unique name, the credentials and the session.
    expect(world.meter.d1.rowsWritten).toBe(4);
    const rows = await Promise.all(
      (["users", "credentials", "refresh_tokens"] as const).map((table) => rowsOf(world.isolate, table, ada.id)),
    );
    expect(rows.map((found) => found.length)).toEqual([1, 1, 1]);
    const stored = JSON.stringify(rows);
    expect(stored).not.toContain(ada.password);
    for (const part of ada.refreshToken.split(".").slice(2)) expect(stored).not.toContain(part);
  });

  test.each([
    "Robert'); DROP TABLE users;--",
    "“quoted” \\ \"and\" 'not'",
    "👩‍👩‍👧‍👦 e\u0301 ﷽ \u202Ertl",
    "tab\tand\nline",
    " spaces ",
    "%_?1 ${name} :name @p1",
    "__proto__",
  ])("as %j is called exactly that", async (name) => {
    const world = await newWorld();
    const json = { username: fresh(), password: PASSWORD, name };
    const answer = await send<SessionAnswer>(world.isolate, "POST /2/auth/register", { json });
    expect(answer.body.data.user.name).toBe(name);
  });

  test("counts characters as people do: 50 emoji are a name, 51 are not", async () => {
    const world = await newWorld();
    const register = (name: string) =>
      send(world.isolate, "POST /2/auth/register", { json: { username: fresh(), password: PASSWORD, name } });
    expect((await register("🦆".repeat(50))).status).toBe(201);
    expect((await register("🦆".repeat(51))).status).toBe(400);
  });
});

describe("a username", () => {
  test("is taken in any case, and the second asker changes nothing", async () => {
    const world = await newWorld();
    const ada = await world.register("Ada");
    const before = await rowsOf(world.isolate, "refresh_tokens", ada.id);
    const json = { username: ada.username.toUpperCase(), password: "another horse" };
    world.meter.reset();
    const answer = await send(world.isolate, "POST /2/auth/register", { json });
    expect(answer.status).toBe(409);
    expect(answer.body.errors?.[0]?.parameters).toEqual({ username: [json.username] });
    expect(world.meter.d1.rowsWritten).toBe(0);
    expect(await rowsOf(world.isolate, "refresh_tokens", ada.id)).toEqual(before);
    expect((await send(world.isolate, "POST /2/auth/login", { json })).status).toBe(401);
  });

  test("goes to exactly one of many who ask at once", async () => {
    const world = await newWorld({ isolates: 3 });
    const username = fresh("Race");
    const answers = await Promise.all(
      Array.from({ length: 9 }, (_, index) => {
        const json = { username, password: `horse number ${index}` };
        return send(world.isolates[index % 3] ?? world.isolate, "POST /2/auth/register", { json });
      }),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: 8 }, () => 409)]);
    const winner = answers.findIndex(({ status }) => status === 201);
    const logIn = (index: number) =>
      send(world.isolate, "POST /2/auth/login", { json: { username, password: `horse number ${index}` } });
    expect((await logIn(winner)).status).toBe(200);
    expect((await logIn((winner + 1) % 9)).status).toBe(401);
  });

  test.each(["login", "HOME", "Settings", "admin", "healthz", "notifications", "openapi"])(
    "%s belongs to the service",
    async (username) => {
      const world = await newWorld();
      world.meter.reset();
      const answer = await send(world.isolate, "POST /2/auth/register", { json: { username, password: PASSWORD } });
      expect(answer.status).toBe(422);
      expect(answer.body.detail).toContain("reserved");
      expect(world.meter.d1.requests).toBe(0);
    },
  );
});

describe("400 and the field's name for", () => {
  const bad: Record<string, [field: string, value: unknown]> = {
    "a username of 3": ["username", "abc"],
    "a username of 16": ["username", "a".repeat(16)],
    "a username with a hyphen": ["username", "ada-l"],
    "a username with a line end": ["username", "ada_l\n"],
    "a username of letters that only look like ours": ["username", "аdа_l"],
    "no username": ["username", undefined],
    "a username that is a number": ["username", 12_345],
    "a password of 7": ["password", "1234567"],
    "a password of 257": ["password", "x".repeat(257)],
    "a password with a NUL": ["password", "correct\u0000horse"],
    "no password": ["password", undefined],
    "an empty name": ["name", ""],
    "a blank name": ["name", " \t "],
    "a name of 51": ["name", "x".repeat(51)],
    "a name with half a letter": ["name", "\ud83e"],
    "a name that is null": ["name", null],
    "an e-mail address without a place": ["email", "ada"],
    "an e-mail address with a line end": ["email", "ada@example.org\nbcc: all@example.org"],
    "an e-mail address of 300": ["email", `${"a".repeat(300)}@example.org`],
  };

  test.each(Object.entries(bad))("%s", async (_name, [field, value]) => {
    const world = await newWorld();
    const json = { username: fresh(), password: PASSWORD, [field]: value };
    world.meter.reset();
    const answer = await send(world.isolate, "POST /2/auth/register", { json });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(field);
    expect(world.meter.d1.requests).toBe(0);
  });

  test("a body that is no JSON, and 415 for one that does not say it is", async () => {
    const world = await newWorld();
    const post = (type: string, body: string | Uint8Array<ArrayBuffer>) =>
      world.isolate.fetch("/2/auth/register", { method: "POST", headers: { "content-type": type }, body });
    expect((await post("application/json", "{")).status).toBe(400);
    expect((await post("application/json", "")).status).toBe(400);
    expect((await post("application/json", "[]")).status).toBe(400);
    expect((await post("application/json", new Uint8Array([0x7b, 0xff, 0x7d]))).status).toBe(400);
    expect((await post("text/plain", "{}")).status).toBe(415);
  });
});

describe("when the answer of the store is lost", () => {
  test("after the commit, the account is there once, and its owner is signed in", async () => {
    const world = await newWorld();
    world.faults.shard(0, "lost-answer", { times: 1, only: /INSERT INTO users/ });
    const ada = await world.register("ada", { shard: 0 });
    expect(await rowsOf(world.isolate, "users", ada.id)).toHaveLength(1);
    expect(await rowsOf(world.isolate, "refresh_tokens", ada.id)).toHaveLength(1);
    expect((await send(world.isolate, "GET /2/users/me", { token: ada.token })).status).toBe(200);
    const again = await send(world.isolate, "POST /2/auth/refresh", { json: { refresh_token: ada.refreshToken } });
    expect(again.status).toBe(200);
  });

  test("before the commit, the second try makes the account", async () => {
    const world = await newWorld();
    world.faults.shard(1, "error", { times: 1, only: /INSERT INTO users/ });
    const ada = await world.register("ada", { shard: 1 });
    expect(await rowsOf(world.isolate, "credentials", ada.id)).toHaveLength(1);
  });

  test("and the client asks again, it hears that the name is taken, and can log in", async () => {
    const world = await newWorld();
    world.faults.shard(0, "lost-answer", { times: 2, only: /INSERT INTO users/ });
    const before = await world.register("free", { shard: 0 }).catch((error: unknown) => String(error));
    expect(before).toContain("answered 50");
    const username = /register (\w+) answered/.exec(String(before))?.[1] ?? "";
    const json = { username, password: PASSWORD };
    expect((await send(world.isolate, "POST /2/auth/register", { json })).status).toBe(409);
    expect((await send(world.isolate, "POST /2/auth/login", { json })).status).toBe(200);
  });
});

test("two isolates that mint the same id for two people make two accounts", async () => {
  const world = await newWorld({ isolates: 2 });
  // Names of one logical shard, a clock that stands and a chance that is none: the ids must clash.
  const instant = world.now();
  for (const isolate of world.isolates) {
    Object.assign(isolate.runtime, {
      ids: createMinter(
        () => instant,
        () => 0,
      ),
    });
  }
  const same = { username: fresh("Twin"), password: PASSWORD };
  const first = await send<SessionAnswer>(world.isolate, "POST /2/auth/register", { json: same });
  const second = world.isolates[1] ?? world.isolate;
  const other = await send(second, "POST /2/auth/register", { json: { ...same, password: "another horse" } });
  expect(first.status).toBe(201);
  expect(other.status, "the same id and the same name, yet not the same account").toBe(409);

  const { shards } = world.isolate.runtime;
  const { logicalShardOfUsername } = await import("../../workers/lib/shards.ts");
  const wanted = logicalShardOfUsername(same.username);
  let twin = "";
  for (let index = 0; logicalShardOfUsername(twin) !== wanted; index += 1) twin = `clash_${index}`;
  Object.assign(second.runtime, {
    ids: createMinter(
      () => instant,
      () => 0,
    ),
  });
  const clash = await send<SessionAnswer>(second, "POST /2/auth/register", {
    json: { username: twin, password: PASSWORD },
  });
  expect(clash.status).toBe(201);
  expect(clash.body.data.user.id).not.toBe(first.body.data.user.id);
  expect(shards.indexOf(clash.body.data.user.id)).toBe(shards.indexOf(first.body.data.user.id));
});
