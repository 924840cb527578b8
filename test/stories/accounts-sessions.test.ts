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

describe("who logs out", () => {
  test("ends that session and no other", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const { body: phone } = await login(ada);
    const { body: rotated } = await refresh(world.isolate, phone.data.refresh_token);
    expect(await logout(ada, rotated.data.refresh_token)).toMatchObject({
      status: 200,
      body: { data: { revoked: true } },
    });
    for (const { data } of [phone, rotated])
      expect((await refresh(world.isolate, data.refresh_token)).status).toBe(401);
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
