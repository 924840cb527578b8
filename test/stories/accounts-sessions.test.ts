import { describe, expect, test } from "vitest";
import { newWorld, type Person } from "../support/world.ts";
import { deactivate, refresh, rowsOf, send, type SessionAnswer } from "../accounts/send.ts";

const login = (person: Person, json: Record<string, unknown> = {}) =>
  send<SessionAnswer>(person.isolate, "POST /2/auth/login", {
    json: { username: person.username, password: person.password, ...json },
  });
const logout = (person: Person, refreshToken: unknown) =>
  send<{ data: unknown }>(person.isolate, "POST /2/auth/logout", { json: { refresh_token: refreshToken } });
const tokensOf = (person: Person) => rowsOf(person.isolate, "refresh_tokens", person.id);

describe("who logs in", () => {
  test("gets a session, by the username in any case", async () => {
    const world = await newWorld();
    const ada = await world.register("Ada");
    const answer = await login(ada, { username: ada.username.toUpperCase() });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({ user: { id: ada.id, username: ada.username }, token_type: "bearer" });
    const token = answer.body.data.access_token;
    expect((await send(world.isolate, "GET /2/users/me", { token })).status).toBe(200);
  });

  test("with a wrong password hears the same as with an unknown name", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const wrong = await login(ada, { password: "wrong horse" });
    const unknown = await login(ada, { username: "nobody_at_all" });
    const strange = await login(ada, { username: "'; DROP TABLE users;--" });
    expect(wrong.status).toBe(401);
    expect(unknown).toEqual({ ...wrong, headers: unknown.headers });
    expect(strange).toEqual({ ...wrong, headers: strange.headers });
    expect(await tokensOf(ada)).toHaveLength(1);
  });

  test("of an account that ended is told so only with the password", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    await deactivate(world.isolate, ada.id);
    expect((await login(ada)).status).toBe(403);
    expect((await login(ada, { password: "wrong horse" })).status).toBe(401);
    expect(await tokensOf(ada), "and no session is made").toHaveLength(1);
  });

  test.each([{ username: 5 }, { password: null }, { password: ["correct horse"] }, { password: "x".repeat(257) }])(
    "with %j gets 400",
    async (json) => {
      const ada = await (await newWorld()).register("ada");
      expect((await login(ada, json)).status).toBe(400);
    },
  );

  test("while the store does not answer gets 503, and no session", async () => {
    const world = await newWorld();
    const ada = await world.register("ada", { shard: 0 });
    world.faults.shard(0, "error");
    expect((await login(ada)).status).toBe(503);
    world.faults.none();
    expect(await tokensOf(ada)).toHaveLength(1);
  });

  test("after years of log-ins has only the rows of sessions that live", async () => {
    const world = await newWorld({ vars: { REFRESH_TOKEN_DAYS: "1" } });
    const ada = await world.register("ada");
    for (let day = 0; day < 4; day += 1) {
      world.advance(86_401);
      expect((await login(ada)).status).toBe(200);
    }
    expect(await tokensOf(ada)).toHaveLength(1);
  });
});

describe("a refresh token", () => {
  test("gives the next session answer, in one batch that writes three rows at most", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    world.meter.reset();
    const answer = await refresh(world.isolate, ada.refreshToken);
    expect(answer.status).toBe(200);
    expect(world.meter.d1.batches).toBe(1);
    expect(world.meter.d1.rowsWritten).toBeLessThanOrEqual(3);
    const { user, access_token, refresh_token } = answer.body.data;
    expect(user.id).toBe(ada.id);
    expect(refresh_token).not.toBe(ada.refreshToken);
    expect((await send(world.isolate, "GET /2/users/me", { token: access_token })).status).toBe(200);
    expect((await refresh(world.isolate, refresh_token)).status).toBe(200);
  });

  test("used again within 30 seconds gives a fresh successor, and each goes on", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const first = await refresh(world.isolate, ada.refreshToken);
    world.advance(29);
    const second = await refresh(world.isolate, ada.refreshToken);
    expect(second.status).toBe(200);
    expect(second.body.data.refresh_token).not.toBe(first.body.data.refresh_token);
    for (const { body } of [first, second]) {
      expect((await refresh(world.isolate, body.data.refresh_token)).status).toBe(200);
    }
  });

  test.each([
    ["its row still there", false],
    ["its row pruned", true],
  ])("used again later ends the whole session, %s", async (_how, pruned) => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const { body: other } = await login(ada);
    let newest = (await refresh(world.isolate, ada.refreshToken)).body.data;
    world.advance(31);
    if (pruned) newest = (await refresh(world.isolate, newest.refresh_token)).body.data;
    expect((await refresh(world.isolate, ada.refreshToken)).status).toBe(401);
    expect((await refresh(world.isolate, newest.refresh_token)).status, "the thief's and the owner's alike").toBe(401);
    expect((await refresh(world.isolate, other.data.refresh_token)).status, "another log-in goes on").toBe(200);
    const still = await send(world.isolate, "GET /2/users/me", { token: newest.access_token });
    expect(still.status, "the access token lives until it expires").toBe(200);
    world.advance(900);
    expect((await send(world.isolate, "GET /2/users/me", { token: newest.access_token })).status).toBe(401);
  });

  test("used by two tabs at once is good for both", async () => {
    const world = await newWorld({ isolates: 2 });
    const ada = await world.register("ada");
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, tab) => refresh(world.isolates[tab % 2] ?? world.isolate, ada.refreshToken)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    const next = await Promise.all(answers.map(({ body }) => refresh(world.isolate, body.data.refresh_token)));
    expect(next.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
  });

  test("whose rotation was committed and its answer lost by the store still gives an answer", async () => {
    const world = await newWorld();
    const ada = await world.register("ada", { shard: 1 });
    world.faults.shard(1, "lost-answer", { times: 1, only: /UPDATE refresh_tokens/ });
    const answer = await refresh(world.isolate, ada.refreshToken);
    expect(answer.status).toBe(200);
    expect(await tokensOf(ada)).toHaveLength(2);
    expect((await refresh(world.isolate, answer.body.data.refresh_token)).status).toBe(200);
  });

  test("expires after 30 days, and no sooner", async () => {
    const world = await newWorld();
    const [ada, bob] = await world.registerAll("ada", "bob");
    world.advance(30 * 86_400 - 60);
    expect((await refresh(world.isolate, ada.refreshToken)).status).toBe(200);
    world.advance(61);
    expect((await refresh(world.isolate, bob.refreshToken)).status).toBe(401);
  });

  test("rotated a hundred times leaves two rows", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    let token = ada.refreshToken;
    for (let day = 0; day < 100; day += 1) {
      world.advance(900);
      const answer = await refresh(world.isolate, token);
      expect(answer.status).toBe(200);
      token = answer.body.data.refresh_token;
    }
    expect(await tokensOf(ada)).toHaveLength(2);
  });

  test("gives no more than 50 successors in its 30 seconds; the newest go on", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    let newest = ada.refreshToken;
    for (let time = 0; time < 49; time += 1) newest = (await refresh(world.isolate, ada.refreshToken)).body.data.refresh_token;
    expect((await refresh(world.isolate, ada.refreshToken)).status).toBe(429);
    expect((await refresh(world.isolate, newest)).status).toBe(200);
  });

  test("of an account that ended is good for nothing", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    await deactivate(world.isolate, ada.id);
    expect((await refresh(world.isolate, ada.refreshToken)).status).toBe(403);
    expect(await tokensOf(ada)).toHaveLength(1);
  });

  test("with an expired access token beside it is still good", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    world.advance(901);
    const json = { refresh_token: ada.refreshToken };
    const answer = await send(world.isolate, "POST /2/auth/refresh", { json, token: ada.token });
    expect(answer.status).toBe(200);
  });

  test("that was made up, or is another's in part, gets 401 and writes nothing", async () => {
    const world = await newWorld();
    const [ada, bob] = await world.registerAll("ada", "bob");
    const [, bobsFamily, bobsSecret] = bob.refreshToken.split(".");
    const madeUp = [
      "", "x", "1.2.3", `${ada.id}.${bobsFamily}.${bobsSecret}`, `99999999999999999999.${bobsFamily}.${bobsSecret}`,
      `${ada.refreshToken} `, ada.refreshToken.slice(0, -1), ada.token.slice(0, 190), `${ada.id}.${"a".repeat(22)}.${"b".repeat(43)}`,
    ];
    world.meter.reset();
    for (const token of madeUp) expect((await refresh(world.isolate, token)).status, token).toBe(401);
    expect(world.meter.d1.rowsWritten).toBe(0);
    for (const person of [ada, bob]) expect((await refresh(world.isolate, person.refreshToken)).status).toBe(200);
  });
});

describe("who logs out", () => {
  test("ends that session and no other", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const { body: phone } = await login(ada);
    const { body: rotated } = await refresh(world.isolate, phone.data.refresh_token);
    expect(await logout(ada, rotated.data.refresh_token)).toMatchObject({ status: 200, body: { data: { revoked: true } } });
    for (const { data } of [phone, rotated]) expect((await refresh(world.isolate, data.refresh_token)).status).toBe(401);
    expect((await refresh(world.isolate, ada.refreshToken)).status).toBe(200);
  });

  test("twice, or of a session that never was, has logged out", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const never = `1.${"a".repeat(22)}.${"b".repeat(43)}`;
    for (const token of [ada.refreshToken, ada.refreshToken, never]) {
      expect(await logout(ada, token)).toMatchObject({ status: 200, body: { data: { revoked: true } } });
    }
  });

  test("with what is no refresh token gets 400", async () => {
    const ada = await (await newWorld()).register("ada");
    for (const token of ["", "nonsense", 7, null, undefined, "x".repeat(201)]) {
      expect((await logout(ada, token)).status, String(token)).toBe(400);
    }
  });

  test("wins against a refresh that comes after it", async () => {
    const world = await newWorld({ isolates: 2 });
    const ada = await world.register("ada");
    const [refreshed, out] = await Promise.all([
      refresh(world.isolates[1] ?? world.isolate, ada.refreshToken),
      logout(ada, ada.refreshToken),
    ]);
    expect(out.status).toBe(200);
    // Whichever came first, no token is left.
    expect([200, 401]).toContain(refreshed.status);
    expect(await tokensOf(ada)).toHaveLength(0);
  });
});
