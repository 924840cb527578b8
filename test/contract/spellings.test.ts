import { beforeAll, expect, test } from "vitest";
import { expectNothingWritten, expectProblem, newCast, type Cast } from "../bad-input/cast.ts";
import { newWorld } from "../support/world.ts";

/** Short spelling, long one and method, for reads: both must give the same. */
const READS = [
  ["/api/v2/timelines/home", "/2/users/:me/timelines/reverse_chronological"],
  ["/api/v2/timeline/home", "/2/users/:me/timelines/reverse_chronological"],
  ["/timeline/home", "/2/users/:me/timelines/reverse_chronological"],
  ["/api/v2/users/:bob/timeline", "/2/users/:bob/tweets"],
] as const;
const ALL = [
  ...READS.map(([short]) => ["GET", short] as const),
  ["POST", "/api/v2/users/:bob/follow"],
  ["DELETE", "/api/v2/users/:bob/follow"],
  ["POST", "/users/:bob/follow"],
  ["DELETE", "/v1/users/:bob/follow"],
] as const;
const BELOW_API = ALL.filter(([, path]) => path.startsWith("/api/v2") && path !== "/api/v2/timeline/home");

let cast: Cast;
beforeAll(async () => {
  cast = await newCast(await newWorld());
  for (const text of ["one", "two", "three"]) await cast.bob.posts(text);
  await cast.alice.follows(cast.bob);
  await cast.world.drain();
  cast.world.advance(10);
});

const of = (path: string) => path.replace(":me", cast.alice.id).replace(":bob", cast.bob.id);

test.each(READS)("%s gives what %s gives, page by page", async (short, long) => {
  const { alice } = cast;
  let query = "?max_results=2&tweet.fields=author_id&expansions=author_id";
  for (let pages = 0; pages < 2; pages += 1) {
    const [brief, whole] = [
      await alice.asks<{ meta: { next_token?: string } }>(of(short) + query),
      await alice.asks(of(long) + query),
    ];
    expect(brief).toEqual(whole);
    query = `?max_results=2&pagination_token=${brief.meta.next_token}`;
  }
  expect(await alice.asks(`${of(long).replace("/2/", "/api/v2/")}?max_results=2`)).toEqual(
    await alice.asks(`${of(short)}?max_results=2`),
  );
});

test.each(BELOW_API)("%s %s is not there below /2", async (method, path) => {
  await expectProblem(await cast.alice.fetch(of(path).replace("/api/v2", "/2"), { method }), 404);
});

test.each(ALL)("%s %s refuses as the long one does", async (method, path) => {
  const { alice, world } = cast;
  const anonymous = await world.isolate.fetch(of(path), { method });
  if (path === "/api/v2/users/:bob/timeline") expect(anonymous.status).toBe(200);
  else await expectProblem(anonymous, 401);
  await expectNothingWritten(cast, async () => {
    await expectProblem(await alice.fetch(of(path), { method, headers: { authorization: "Bearer a.b.c" } }), 401);
    if (path.includes(":bob")) {
      for (const id of ["0x1", "9".repeat(25), "-1", "%252e%252e", "me", "a%2Fb", "%00"]) {
        await expectProblem(await alice.fetch(path.replace(":bob", id), { method }), 400, id);
      }
      if (method !== "DELETE") await expectProblem(await alice.fetch(path.replace(":bob", "1"), { method }), 404);
    }
    if (method === "GET") await expectProblem(await alice.fetch(`${of(path)}?max_results=0`), 400);
  });
});

test("follow and unfollow by the short spelling are those of the long one", async () => {
  const { world } = cast;
  const [carol, dan] = await world.registerAll("carol", "dan");
  const path = `/api/v2/users/${dan.id}/follow`;
  expect(await carol.asks(path, { method: "POST" })).toEqual({ data: { following: true, pending_follow: false } });
  expect(await carol.asks(`/2/users/${carol.id}/following`)).toMatchObject({
    data: [{ id: dan.id }],
    meta: { result_count: 1 },
  });
  // What a client sends along is not read.
  for (const body of ["{}", '{"target_user_id":"1"}', "not json"]) {
    expect(await carol.asks(path, { method: "POST", body, headers: { "content-type": "text/plain" } })).toMatchObject({
      data: { following: true },
    });
  }
  await expectProblem(await carol.fetch(path, { method: "POST", body: "x".repeat(70_000) }), 413);
  await expectProblem(await carol.fetch(`/api/v2/users/${carol.id}/follow`, { method: "POST" }), 422);
  expect(await carol.asks(path, { method: "DELETE" })).toEqual({ data: { following: false } });
  expect(await carol.asks(`/2/users/${carol.id}/following`)).toEqual({ meta: { result_count: 0 } });
});

test("an idempotency key means the same under both spellings", async () => {
  const { world } = cast;
  const [erin, frank] = await world.registerAll("erin", "frank");
  const short = { method: "POST", idempotencyKey: "follow-1" };
  const first = await erin.asks(`/api/v2/users/${frank.id}/follow`, short);
  await erin.unfollows(frank);
  expect(await erin.asks(`/api/v2/users/${frank.id}/follow`, short)).toEqual(first);
  expect(await erin.asks(`/2/users/${erin.id}/following`)).toEqual({ meta: { result_count: 0 } });
  await expectProblem(await erin.fetch(`/api/v2/users/${cast.bob.id}/follow`, short), 422);
});

test("a request in short spelling has one id, in the answer and in the logs, and says once what it depends on", async () => {
  const { alice, world } = cast;
  world.logs.length = 0;
  for (const shard of [0, 1]) world.faults.shard(shard, "error");
  const failed = await alice.fetch(`/api/v2/users/${cast.bob.id}/follow`, { method: "POST" });
  world.faults.none();
  await expectProblem(failed, 503);
  const told = world.logs.flatMap((line) => (line.level === "error" ? [line.fields["request_id"]] : []));
  expect(told).toEqual([failed.headers.get("x-request-id")]);
  const answer = await alice.fetch("/api/v2/timelines/home", { headers: { "accept-encoding": "gzip" } });
  expect(answer.headers.get("vary")).toBe("accept-encoding");
  expect(answer.headers.get("content-encoding")).toBe("gzip");
});

test("what the client itself accepts counts in either spelling, not what an edge asks for on the way", async () => {
  const { alice } = cast;
  for (const path of ["/api/v2/timelines/home", `/2/users/${alice.id}`]) {
    const encoding = async (accepted: string) => {
      const cf = { clientAcceptEncoding: accepted } as RequestInitCfProperties;
      const answer = await alice.fetch(path, { headers: { "accept-encoding": "br, gzip" }, cf });
      return answer.headers.get("content-encoding");
    };
    expect(await encoding("identity"), path).toBeNull();
    expect(await encoding("gzip"), path).toBe("gzip");
  }
});

test("a tweet is liked, retweeted, quoted and bookmarked by its own path", async () => {
  const { alice, bob, world } = cast;
  const { id } = await bob.posts("worth it");
  const act = (what: string, method: string, json?: object) =>
    alice.asks(`/api/v2/tweets/${id}/${what}`, {
      method,
      ...(json === undefined ? {} : { body: JSON.stringify(json), headers: { "content-type": "application/json" } }),
    });
  expect(await act("like", "POST")).toEqual({ data: { liked: true } });
  expect(await act("retweet", "POST")).toMatchObject({ data: { retweeted: true } });
  expect(await act("bookmark", "POST")).toEqual({ data: { bookmarked: true } });
  const quoted = await act("retweet", "POST", { quote: "look at this" });
  expect(quoted).toMatchObject({ data: { text: "look at this" } });
  await world.drain();
  // Counts are as old as what an isolate remembers of a tweet.
  world.advance(61);
  const shown = await alice.asks<{ data: { public_metrics: object } }>(
    `/2/tweets/${id}?tweet.fields=public_metrics,viewer`,
  );
  expect(shown.data).toMatchObject({
    public_metrics: { like_count: 1, retweet_count: 1, quote_count: 1, bookmark_count: 1 },
    viewer: { liked: true, retweeted: true, bookmarked: true },
  });
  for (const what of ["like", "retweet", "bookmark"]) await act(what, "DELETE");
  const after = await alice.asks(`/2/tweets/${id}?tweet.fields=viewer`);
  expect(after.data).toMatchObject({ viewer: { liked: false, retweeted: false, bookmarked: false } });
  await expectProblem(await alice.fetch("/api/v2/tweets/1/like", { method: "POST" }), 404);
  const broken = { method: "POST", body: '{"quote":', headers: { "content-type": "application/json" } };
  await expectProblem(await alice.fetch(`/api/v2/tweets/${id}/retweet`, broken), 400);
});

test("the first sources' spellings post, read home in pages, and follow", async () => {
  const { world } = cast;
  const [gina, hugo] = await world.registerAll("gina", "hugo");
  const posted = await gina.asks<{ tweet_id: string; timestamp: string }>("/v1/tweets", {
    json: { content: "by the first spelling", media_ids: [] },
  });
  expect(Math.abs(Date.parse(posted.timestamp) - world.now())).toBeLessThan(60_000);
  const bare = await gina.asks<{ data: { id: string } }>("/tweets", { json: { text: "by the bare one" } });
  await hugo.asks(`/v1/users/${gina.id}/follow`, { method: "POST" });
  await world.drain();
  const first = await hugo.asks<{ data: { id: string }[]; next_cursor: string }>("/v1/timeline/home?limit=1");
  expect(first.data.map((tweet) => tweet.id)).toEqual([bare.data.id]);
  const next = await hugo.asks<{ data: { id: string }[]; next_cursor: string | null }>(
    `/v1/timeline/home?limit=1&cursor=${first.next_cursor}`,
  );
  expect(next.data.map((tweet) => tweet.id)).toEqual([posted.tweet_id]);
  expect(await gina.asks(`/v1/timeline/home?cursor=${"x".repeat(10)}`).catch(() => "refused")).toBe("refused");
  await expectProblem(await gina.fetch("/v1/tweets", { json: { content: 7 } }), 400);
  await expectProblem(await gina.fetch("/v1/tweets", { json: { content: "" } }), 422);
  await expectProblem(await gina.fetch("/v1/tweets", { json: { content: "x", media_ids: ["1"] } }), 422);
  const plain = { method: "POST", body: "content=x", headers: { "content-type": "text/plain" } };
  await expectProblem(await gina.fetch("/v1/tweets", plain), 415);
});
