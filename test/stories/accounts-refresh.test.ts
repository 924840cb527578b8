import { describe, expect, test, vi } from "vitest";
import { newWorld, type Person } from "../support/world.ts";
import { deactivate, refresh, rowsOf, send, type SessionAnswer } from "../accounts/send.ts";

const login = (person: Person, json: Record<string, unknown> = {}) =>
  send<SessionAnswer>(person.isolate, "POST /2/auth/login", {
    json: { username: person.username, password: person.password, ...json },
  });
const logout = (person: Person, refreshToken: unknown) =>
  send<{ data: unknown }>(person.isolate, "POST /2/auth/logout", { json: { refresh_token: refreshToken } });
const tokensOf = (person: Person) => rowsOf(person.isolate, "refresh_tokens", person.id);

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

  test("cannot stretch its 30 seconds by being used again", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    for (const seconds of [0, 20]) {
      world.advance(seconds);
      expect((await refresh(world.isolate, ada.refreshToken)).status).toBe(200);
    }
    world.advance(15);
    expect((await refresh(world.isolate, ada.refreshToken)).status).toBe(401);
  });

  test("of a session that ended while it was being rotated gets 401 and leaves no token", async () => {
    const world = await newWorld();
    const ada = await world.register("ada", { shard: 0 });
    world.faults.shard(0, "hang", { only: /UPDATE refresh_tokens/ });
    const refreshing = refresh(world.isolate, ada.refreshToken);
    await vi.waitFor(() => expect(world.faults.anyHang).toBe(true));
    expect((await logout(ada, ada.refreshToken)).status).toBe(200);
    world.faults.none();
    expect((await refreshing).status).toBe(401);
    expect(await tokensOf(ada)).toHaveLength(0);
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
    for (let time = 0; time < 49; time += 1)
      newest = (await refresh(world.isolate, ada.refreshToken)).body.data.refresh_token;
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
      "",
      "x",
      "1.2.3",
      `${ada.id}.${bobsFamily}.${bobsSecret}`,
      `99999999999999999999.${bobsFamily}.${bobsSecret}`,
      `${ada.refreshToken} `,
      ada.refreshToken.slice(0, -1),
      ada.token.slice(0, 190),
      `${ada.id}.${"a".repeat(22)}.${"b".repeat(43)}`,
    ];
    world.meter.reset();
    for (const token of madeUp) expect((await refresh(world.isolate, token)).status, token).toBe(401);
    expect(world.meter.d1.rowsWritten).toBe(0);
    for (const person of [ada, bob]) expect((await refresh(world.isolate, person.refreshToken)).status).toBe(200);
  });
});
