import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { expectProblem } from "../bad-input/cast.ts";
import { asksForLive, handshake, Listener, listens, tweets } from "../support/live.ts";
import { timelineOf } from "../support/timelines.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

let world: World;
let bob: Person;

beforeEach(async () => {
  world = await newWorld();
  bob = await world.register("bob");
  await bob.home();
});

/** How many sockets the reader's timeline holds open. */
const socketsOf = (person: Person): Promise<number> =>
  runInDurableObject(
    timelineOf(person),
    (_home, state) => state.getWebSockets().filter(({ readyState }) => readyState === WebSocket.OPEN).length,
  );

describe("who opens a live socket", () => {
  test("as a browser, with the token among the subprotocols, is answered the other one alone, and by no token", async () => {
    const answer = await asksForLive(bob, handshake(bob.token));
    expect(answer.status).toBe(101);
    expect(answer.headers.get("sec-websocket-protocol")).toBe("dunlin.live.v1");
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    expect(JSON.stringify([...answer.headers])).not.toContain(bob.token);
    expect(JSON.stringify(world.logs), "nor does a log hold it").not.toContain(bob.token);
    if (answer.webSocket === null) throw new Error("no socket");
    const page = new Listener(answer.webSocket);
    const { id } = await bob.posts("hello");
    expect(await page.heard()).toEqual([tweets(id)]);
  });

  test("with a header of its own needs no subprotocol, and is answered none", async () => {
    for (const path of [`/2/users/${bob.id}/live`, `/api/v2/users/${bob.id}/live`]) {
      const headers = { upgrade: "WebSocket", authorization: `Bearer ${bob.token}` };
      const answer = await asksForLive(bob, headers, path);
      expect(answer.status, path).toBe(101);
      expect(answer.headers.has("sec-websocket-protocol"), path).toBe(false);
    }
  });

  test("finds subprotocols in any order, and others beside them", async () => {
    for (const protocols of [`bearer.${bob.token},dunlin.live.v1`, `chat, bearer.${bob.token} ,dunlin.live.v1,mqtt`]) {
      const answer = await asksForLive(bob, { upgrade: "websocket", "sec-websocket-protocol": protocols });
      expect([answer.status, answer.headers.get("sec-websocket-protocol")]).toEqual([101, "dunlin.live.v1"]);
    }
  });

  test("without a good token is refused, and no object is asked", async () => {
    const [header = "", claims = "", signature = ""] = bob.token.split(".");
    const forged = `${header}.${claims}.${signature.split("").reverse().join("")}`;
    world.meter.reset();
    for (const token of [forged, "", "nonsense", `${header}.${claims}`, `${header}.${claims}.`]) {
      await expectProblem(await asksForLive(bob, handshake(token)), 401, token);
    }
    await expectProblem(
      await asksForLive(bob, { upgrade: "websocket", "sec-websocket-protocol": "dunlin.live.v1" }),
      401,
    );
    await expectProblem(await asksForLive(bob, { upgrade: "websocket" }), 401);
    world.advance(world.isolate.runtime.limits.ACCESS_TOKEN_SECONDS + 1);
    await expectProblem(await asksForLive(bob, handshake(bob.token)), 401, "expired");
    expect(world.meter.objectCalls()).toBe(0);
    expect(await socketsOf(bob)).toBe(0);
  });

  test("in an address a token is none", async () => {
    const headers = { upgrade: "websocket", "sec-websocket-protocol": "dunlin.live.v1" };
    for (const name of ["token", "access_token", "bearer", "authorization"]) {
      const path = `/2/users/${bob.id}/live?${name}=${bob.token}`;
      await expectProblem(await asksForLive(bob, headers, path), 401, name);
    }
  });

  test("cannot have somebody else's", async () => {
    const eve = await world.register("eve");
    await expectProblem(await asksForLive(eve, handshake(eve.token), `/2/users/${bob.id}/live`), 403);
    await expectProblem(await asksForLive(eve, handshake(eve.token), "/2/users/1/live"), 403);
    await expectProblem(await asksForLive(eve, handshake(eve.token), "/2/users/me/live"), 400);
    expect(await socketsOf(bob)).toBe(0);
  });

  test("must ask for a socket, and for a subprotocol that is spoken", async () => {
    const authorization = `Bearer ${bob.token}`;
    for (const headers of [{ authorization }, { authorization, upgrade: "h2c" }]) {
      const { detail } = await expectProblem(await asksForLive(bob, headers), 400);
      expect(detail).toContain("WebSocket");
    }
    const old = { authorization, upgrade: "websocket", "sec-websocket-protocol": "dunlin.live.v0" };
    expect((await expectProblem(await asksForLive(bob, old), 400)).detail).toContain("dunlin.live.v1");
    const post = await bob.fetch(`/2/users/${bob.id}/live`, { method: "POST", headers: { upgrade: "websocket" } });
    await expectProblem(post, 404);
    expect(await socketsOf(bob)).toBe(0);
  });

  test("without asking for a socket gains nothing from a token among the subprotocols", async () => {
    const headers = { "sec-websocket-protocol": `dunlin.live.v1, bearer.${bob.token}` };
    await expectProblem(await bob.isolate.fetch("/2/users/me", { headers }), 401);
  });

  test("is told to come again where the timeline does not answer", async () => {
    world.faults.timelineObject("error");
    const refused = await asksForLive(bob, handshake(bob.token));
    await expectProblem(refused, 503);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    world.faults.none();
  });
});

describe("an open socket", () => {
  test("answers a ping", async () => {
    const page = await listens(bob);
    for (let beat = 0; beat < 3; beat += 1) expect(await page.heard()).toEqual([]);
  });

  test("takes nothing else, of whatever kind, and others are not disturbed", async () => {
    const other = await listens(bob);
    const sent: [string | ArrayBuffer, number][] = [
      ["hello", 1008],
      ["", 1008],
      ["PING", 1008],
      ['{"type":"ping"}', 1008],
      ["x".repeat(100_000), 1008],
      [new Uint8Array([1, 2, 3]).buffer, 1003],
    ];
    for (const [message, code] of sent) {
      const page = await listens(bob);
      page.socket.send(message);
      expect((await page.closed).code, String(message).slice(0, 20)).toBe(code);
    }
    expect(await other.heard()).toEqual([]);
    expect(await socketsOf(bob)).toBe(1);
  });

  test("is one of LIVE_SOCKETS_MAX: one more closes the oldest, which is told why", async () => {
    const most = world.isolate.runtime.limits.LIVE_SOCKETS_MAX;
    const pages: Listener[] = [];
    for (let count = 0; count < most; count += 1) pages.push(await listens(bob));
    await Promise.all(pages.map((page) => page.pings()));
    const [oldest, second] = pages;
    const newest = await listens(bob);
    expect(await oldest?.closed).toEqual({ code: 4429, reason: expect.stringMatching(/\S/) });
    await second?.pings();
    expect(await socketsOf(bob)).toBe(most);
    const { id } = await bob.posts("to all of them");
    for (const page of [...pages.slice(1), newest]) expect(await page.heard()).toEqual([tweets(id)]);
  });

  test("is as good as its token: what comes after that closes it untold, and a new token opens another", async () => {
    const page = await listens(bob);
    world.advance(world.isolate.runtime.limits.ACCESS_TOKEN_SECONDS - 60);
    const told = await bob.posts("in time");
    expect(await page.heard()).toEqual([tweets(told.id)]);
    world.advance(61);
    expect(await page.heard(), "while nothing comes it stays").toEqual([]);
    await bob.signsIn();
    const fresh = await listens(bob);
    const late = await bob.posts("too late");
    expect((await page.closed).code).toBe(4401);
    expect(await fresh.heard()).toEqual([tweets(late.id)]);
  });

  test("that its page closes is gone", async () => {
    const [page, other] = [await listens(bob), await listens(bob)];
    page.socket.close(1000, "bye");
    await page.closed;
    const { id } = await bob.posts("to whoever is left");
    expect(await other.heard()).toEqual([tweets(id)]);
    expect(await socketsOf(bob)).toBe(1);
  });
});
