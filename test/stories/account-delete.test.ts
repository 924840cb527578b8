import { describe, expect, test } from "vitest";
import { operations } from "../../workers/openapi.ts";
import { Browser } from "../accounts/browser.ts";
import { hasLeft, leaves, outbox, stored } from "../accounts/leave.ts";
import { rowsOf, send } from "../accounts/send.ts";
import { dumpShards, expectProblem, newCast, sendExample } from "../bad-input/cast.ts";
import { newWorld } from "../support/world.ts";

describe("who deletes their account", () => {
  test("is gone at once: profile, tweets, lists, and for good", async () => {
    const world = await newWorld();
    const [ada, bob] = await world.registerAll("ada", "bob");
    await bob.follows(ada);
    const tweet = await ada.posts("my last one");
    const quote = await bob.quotes(tweet);
    const { data: list } = await ada.asks<{ data: { id: string } }>("/2/lists", { json: { name: "mine" } });
    await world.drain();
    expect((await bob.home()).ids).toContain(tweet.id);

    await hasLeft(ada);
    // Before any event has come: everything of theirs goes by the state alone.
    for (const path of [
      `/2/users/${ada.id}`,
      `/2/users/by/username/${ada.username}`,
      `/2/users/${ada.id}/tweets`,
      `/2/users/${ada.id}/followers`,
      `/2/tweets/${tweet.id}`,
      `/2/lists/${list.id}`,
    ]) {
      await expectProblem(await bob.fetch(path), 404, path);
    }
    expect((await bob.home()).ids).toEqual([quote.id]);
    const seen = await bob.asks<{ includes: { tweets: object[] } }>(
      `/2/tweets/${quote.id}?expansions=referenced_tweets.id`,
    );
    expect(JSON.stringify(seen)).not.toContain("my last one");
    await world.settle();
    expect((await bob.home()).ids).toEqual([quote.id]);
    await expectProblem(await bob.fetch(`/2/tweets/${tweet.id}`), 404);
  });

  test("is known to be gone by every other isolate within five seconds", async () => {
    const world = await newWorld({ isolates: 2 });
    const [ada, bob] = await world.registerAll("ada", "bob");
    const tweet = await ada.posts("remembered elsewhere");
    const elsewhere = bob.at(world.isolates[1] ?? world.isolate);
    expect((await elsewhere.sees(tweet)).text).toBe("remembered elsewhere");
    await hasLeft(ada);
    world.advance(5);
    await expectProblem(await elsewhere.fetch(`/2/tweets/${tweet.id}`), 404);
  });

  test("cannot log in again, nor refresh, on any device, and nobody can take the name", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const browser = new Browser(world.isolate);
    const { username, password } = ada;
    await browser.posts("/2/auth/login", { username, password });
    await hasLeft(ada);
    const login = await send(world.isolate, "POST /2/auth/login", { json: { username, password } });
    const unknown = await send(world.isolate, "POST /2/auth/login", { json: { username: "nobody_here", password } });
    expect(login).toEqual({ ...unknown, headers: login.headers });
    expect((await browser.posts("/2/auth/refresh")).status).toBe(401);
    expect(browser.refreshToken).toBeUndefined();
    expect(
      (await send(world.isolate, "POST /2/auth/refresh", { json: { refresh_token: ada.refreshToken } })).status,
    ).toBe(401);
    for (const table of ["credentials", "refresh_tokens"] as const)
      expect(await rowsOf(world.isolate, table, ada.id), table).toEqual([]);
    const taken = await send(world.isolate, "POST /2/auth/register", {
      json: { username: username.toUpperCase(), password: "correct horse" },
    });
    expect(taken.status).toBe(409);
  });

  test("cannot do anything any more by an access token that is still good", async () => {
    const world = await newWorld();
    const cast = await newCast(world);
    const { alice } = cast;
    const acts = operations.filter(({ auth, method }) => auth === "required" && method !== "get");
    expect(acts.length).toBeGreaterThan(20);
    // What she did, so that there is something to undo.
    const did = ["retweet", "likeTweet", "bookmarkTweet", "followUser", "blockUser", "muteUser", "muteWord"];
    for (const described of acts.filter(({ id }) => [...did, "followList", "pinList"].includes(id)))
      expect((await sendExample(cast, described)).status, described.id).toBeLessThan(300);
    await hasLeft(alice);
    await world.drain();
    const before = await dumpShards(world);
    for (const described of acts.filter(({ id }) => id !== "deleteMyAccount")) {
      const answer = await sendExample(cast, described);
      // What is gone with the account is not there; all else says why it is refused.
      expect([403, 404], `${described.id}: ${await answer.text()}`).toContain(answer.status);
    }
    expect(await dumpShards(world)).toBe(before);
    expect((await send(world.isolate, "GET /2/users/me", { token: alice.token })).status).toBe(403);
    world.advance(world.isolate.runtime.limits.ACCESS_TOKEN_SECONDS + 1);
    expect((await send(world.isolate, "GET /2/users/me", { token: alice.token })).status).toBe(401);
  });

  test("may say so twice, with whatever password: nothing more happens", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    await hasLeft(ada);
    await world.drain();
    const before = await dumpShards(world);
    await hasLeft(ada);
    expect((await leaves(ada, "wrong horse")).status).toBe(202);
    expect(await dumpShards(world)).toBe(before);
    expect(world.queue.messages).toEqual([]);
  });

  test("from two devices at once has deleted it once", async () => {
    const world = await newWorld({ isolates: 2 });
    const ada = await world.register("ada");
    const answers = await Promise.all(world.isolates.map((isolate) => leaves(ada.at(isolate))));
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(await outbox(world, ada)).toBe(1);
    expect(await rowsOf(world.isolate, "visibility_log", ada.id)).toHaveLength(1);
  });

  test("through a lost answer of the store has deleted it once", async () => {
    const world = await newWorld();
    const ada = await world.register("ada", { shard: 0 });
    world.faults.shard(0, "lost-answer", { times: 1, only: /UPDATE users/ });
    await hasLeft(ada);
    expect(await outbox(world, ada)).toBe(1);
    await world.drain();
    expect(await outbox(world, ada)).toBe(0);
  });
});

test("deleting an account is one batch of five rows beside one more for each further session", async () => {
  const world = await newWorld();
  const ada = await world.register("ada");
  await ada.signsIn();
  world.meter.reset();
  await hasLeft(ada);
  // The password is read first. Then state, event, log entry, password and two sessions.
  expect(world.meter.d1).toMatchObject({ requests: 2, batches: 1, rowsWritten: 6 });
  await world.drain();
});

describe("an account stays", () => {
  test("with a wrong password (403), which is worked on as long as at log-in", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    for (const wrong of ["wrong horse", "", "correct horse ", "CORRECT HORSE"]) {
      const answer = await leaves(ada, wrong);
      expect([answer.status, answer.body.detail], wrong).toEqual([403, "The password is wrong."]);
    }
    expect((await rowsOf(world.isolate, "users", ada.id))[0]).toMatchObject({ state: "active" });
    expect((await send(world.isolate, "GET /2/users/me", { token: ada.token })).status).toBe(200);
    expect(await outbox(world, ada)).toBe(0);
  });

  test("without a token, with another's, or with what is no password", async () => {
    const world = await newWorld();
    const [ada, bob] = await world.registerAll("ada", "bob");
    expect((await send(world.isolate, "DELETE /2/users/me", { json: { password: ada.password } })).status).toBe(401);
    for (const password of [null, 7, ["correct horse"], "x".repeat(257)])
      expect((await leaves(ada, password)).status, String(password)).toBe(400);
    expect((await send(world.isolate, "DELETE /2/users/me", { json: {}, token: ada.token })).status).toBe(400);
    await hasLeft(bob);
    expect((await send(world.isolate, "GET /2/users/me", { token: ada.token })).status).toBe(200);
  });

  test("while the store does not answer (503), and nothing of it is gone", async () => {
    const world = await newWorld();
    const ada = await world.register("ada", { shard: 1 });
    world.faults.shard(1, "error", { only: /UPDATE users/ });
    expect((await leaves(ada)).status).toBe(503);
    world.faults.none();
    const { username, password } = ada;
    expect((await send(world.isolate, "POST /2/auth/login", { json: { username, password } })).status).toBe(200);
  });
});

test("the home timeline of who is gone is dropped", async () => {
  const world = await newWorld();
  const [ada, bob] = await world.registerAll("ada", "bob");
  await ada.follows(bob);
  await bob.posts("for ada");
  await world.drain();
  await ada.home();
  const timeline = world.isolate.env.HOME_TIMELINE.getByName(stored(ada.id));
  const asked = { before: "9", since: "0", count: 1 };
  expect((await timeline.read(asked)).state).toBe("ready");
  await hasLeft(ada);
  await world.drain();
  expect((await timeline.read(asked)).state).toBe("cold");
});
