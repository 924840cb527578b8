import { beforeAll, expect, test } from "vitest";
import type { Operation } from "../../workers/lib/route.ts";
import { operations } from "../../workers/openapi.ts";
import { expectProblem, named, newCast, sendExample, shapeOf, type Cast, type Sending } from "../bad-input/cast.ts";
import { newWorld } from "../support/world.ts";

const PREFIXES = ["/2", "/api/v2"] as const;
/** What may be asked for beside the defaults, by the field that asks. */
const ASKING: Readonly<Record<string, readonly string[]>> = {
  "tweet.fields": ["text", "author_id,created_at,entities,conversation_id,viewer"],
  "post.fields": ["id", "author_id,entities,public_metrics"],
  "user.fields": ["id", "created_at,description,location,protected,public_metrics,url,viewer"],
  "list.fields": ["id", "created_at,description,follower_count,member_count,owner_id,private"],
  expansions: ["author_id", "owner_id", "pinned_tweet_id"],
  max_results: ["1", "100"],
};

let cast: Cast;
beforeAll(async () => {
  const world = await newWorld();
  const first = await newCast(world);
  const { alice, bob } = first;
  await bob.follows(alice);
  await bob.posts(`hello @${alice.username} #dunlin $BIRD https://example.com/a?b=c`);
  await alice.asks("/2/users/me", { method: "PATCH", json: { location: "Waddenzee", url: "https://example.com/" } });
  await world.drain();
  cast = first;
});

/** Sends a good request of `described`; what it may use up is there again for the next. */
async function sendGood(described: Operation, sending: Sending = {}): Promise<Response> {
  const { world, alice } = cast;
  const session = await alice.asks<{ data: { refresh_token: string } }>("/2/auth/login", {
    json: { username: alice.username, password: alice.password },
  });
  const person = await world.register("again");
  alice.refreshToken = session.data.refresh_token;
  const fresh: Cast = {
    ...cast,
    alice: described.id === "deleteMyAccount" ? person : alice,
    bob: described.id === "logOut" ? person : cast.bob,
    tweet: await alice.posts("for one use"),
    ...(described.id === "deleteList"
      ? { list: (await alice.asks<{ data: Cast["list"] }>("/2/lists", { json: { name: "x" } })).data }
      : {}),
  };
  const json =
    described.id === "register"
      ? { username: `new_${person.username}`.slice(0, 15), password: "correct horse" }
      : undefined;
  return await sendExample(fresh, described, { ...sending, ...(json === undefined ? {} : { json }) });
}

/** The body of a success, held against the contract: parsing drops what the contract does not know. */
async function expectContract(described: Operation, answer: Response, hint = ""): Promise<void> {
  const text = await answer.text();
  expect(answer.status, `${hint} ${text}`).toBe(described.success.status);
  // What is told on a socket has stories of its own.
  if (answer.status === 101) return expect(answer.webSocket, hint).not.toBeNull();
  expect(answer.headers.get("content-type")).toMatch(/^application\/json(; *charset=utf-8)?$/i);
  const body: unknown = JSON.parse(text);
  expect(described.success.schema.parse(body), `${described.id} ${hint}`).toEqual(body);
}

test.each(named(operations))("%s answers what its contract says, under both prefixes", async (_id, described) => {
  for (const prefix of PREFIXES) {
    const answer = await sendGood(described, { prefix });
    await expectContract(described, answer, prefix);
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test.each(named(operations.filter((one) => one.query !== undefined)))(
  "%s keeps its contract whatever fields are asked for",
  async (_id, described) => {
    const asked = Object.entries(ASKING).filter(([field]) => field in shapeOf(described.query));
    const ids = "ids" in shapeOf(described.query) ? { ids: `${cast.tweet.id},${cast.alice.id},1` } : {};
    const names = "usernames" in shapeOf(described.query) ? { usernames: `${cast.alice.username},nobody_here` } : {};
    for (const [field, values] of asked) {
      for (const value of values) {
        const answer = await sendGood(described, { query: { ...ids, ...names, [field]: value } });
        if (answer.status === 400 && field === "expansions") continue; // each kind of list has its own expansions
        await expectContract(described, answer, `${field}=${value}`);
      }
    }
    const all = Object.fromEntries(
      asked.flatMap(([field, values]) => (field === "expansions" ? [] : [[field, values.at(-1) ?? ""]])),
    );
    await expectContract(described, await sendGood(described, { query: { ...ids, ...names, ...all } }), "everything");
  },
);

test.each(named(operations))("%s takes fields it does not know and ignores them", async (_id, described) => {
  const sending = described.body === undefined ? { query: { ...good(described).query, brand_new: "1" } } : {};
  const answer = await sendGood(described, { ...sending, headers: { "x-brand-new": "1" } });
  await expectContract(described, answer);
});

const good = (described: Operation) => ({ query: queries[described.id]?.() ?? {} });
const queries: Readonly<Record<string, () => Record<string, string>>> = {
  findUsersByUsername: () => ({ usernames: cast.bob.username }),
  findUsersById: () => ({ ids: cast.bob.id }),
  getTweets: () => ({ ids: cast.tweet.id }),
};

test("unknown fields of a body are ignored, as X ignores them", async () => {
  const { alice, bob } = cast;
  const more = {
    unknown: 1,
    __proto__: { admin: true },
    constructor: "x",
    state: "deactivated",
    author_id: bob.id,
    id: "1",
  };
  const tweet = await alice.posts("with more", more);
  expect(tweet.author_id ?? alice.id).toBe(alice.id);
  expect(tweet.id).not.toBe("1");
  const { data } = await alice.asks("/2/users/me", {
    method: "PATCH",
    json: { name: "A. L.", username: "stolen", ...more },
  });
  expect(data).toMatchObject({ id: alice.id, username: alice.username, name: "A. L." });
});

test("one request has one id: the client's own where it is plain, on success and on refusal", async () => {
  const { alice, world } = cast;
  for (const path of ["/2/users/me", "/api/v2/timelines/home", "/2/nowhere", "/2/users/x", "/healthz"]) {
    const answer = await alice.fetch(path, { headers: { "x-request-id": "client-7.a:b" } });
    expect(answer.headers.get("x-request-id"), path).toBe("client-7.a:b");
    const odd = await alice.fetch(path, { headers: { "x-request-id": "x".repeat(65) } });
    expect(odd.headers.get("x-request-id"), path).toMatch(/^[0-9a-f-]{36}$/);
  }
  world.logs.length = 0;
  world.faults.shard(0, "error");
  world.faults.shard(1, "error");
  const failed = await alice.fetch(`/2/users/${alice.id}`);
  world.faults.none();
  await expectProblem(failed, 503);
  expect(failed.headers.get("retry-after")).toMatch(/^\d+$/);
  const line = world.logs.find((one) => one.level === "error");
  expect(line?.fields["request_id"]).toBe(failed.headers.get("x-request-id"));
});

test("a path or a method that is not there is 404 with a reason, OPTIONS is for browsers, HEAD is GET without a body", async () => {
  const { alice } = cast;
  const methods = ["PUT", "PROPFIND", "PATCH", "DELETE", "POST"];
  for (const method of methods) await expectProblem(await alice.fetch("/2/timelines/nowhere", { method }), 404, method);
  await expectProblem(await alice.fetch(`/2/users/${alice.id}/followers`, { method: "PUT" }), 404);
  for (const path of [
    "/2",
    "/2/",
    "/3/tweets",
    "/2/tweets/",
    "/2//tweets",
    "/2/Tweets",
    "/api/v2",
    "/api/2/tweets",
    `/2/${"x".repeat(100_000)}`,
  ]) {
    const problem = await expectProblem(await alice.fetch(path), 404, path.slice(0, 30));
    expect(problem.detail.length).toBeLessThan(300);
  }
  const browser = {
    origin: "https://app.example",
    "access-control-request-method": "DELETE",
    "access-control-request-headers": "authorization,content-type,idempotency-key",
  };
  for (const path of ["/2/tweets", "/2/nowhere", "/api/v2/users/1/follow"]) {
    const preflight = await cast.world.isolate.fetch(path, { method: "OPTIONS", headers: browser });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("*");
    expect(preflight.headers.get("access-control-allow-methods")).toContain("DELETE");
    expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("idempotency-key");
  }
  const head = await alice.fetch(`/2/users/${alice.id}`, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  expect(head.headers.get("content-type")).toMatch(/^application\/json/);
  const gone = await alice.fetch("/2/users/1", { method: "HEAD" });
  expect([gone.status, await gone.text()]).toEqual([404, ""]);
});

test("an answer is compressed for whom takes gzip, and caches are told that it depends", async () => {
  const { alice } = cast;
  const encoding = async (accepted: string | null, path = "/openapi.json") => {
    const answer = await alice.fetch(path, accepted === null ? {} : { headers: { "accept-encoding": accepted } });
    expect(answer.headers.get("vary")).toBe("accept-encoding");
    return answer.headers.get("content-encoding");
  };
  for (const taken of ["gzip", "deflate, gzip;q=1.0, *;q=0.5", "br, GZIP", "gzip;q=0.1", "*"])
    expect(await encoding(taken), taken).toBe("gzip");
  for (const refused of [
    null,
    "",
    "identity",
    "br",
    "gzip;q=0",
    "gzip; q=0.000, br",
    "gzippy",
    "*;q=0",
    "gzip;q=0, *",
  ]) {
    expect(await encoding(refused), refused ?? "nothing").toBeNull();
  }
  expect(await encoding("gzip", `/2/users/${alice.id}`)).toBe("gzip");
  expect(await encoding("gzip", "/2/users/1")).toBe("gzip");
});
