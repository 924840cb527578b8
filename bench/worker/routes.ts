import { signAccessToken } from "../../workers/accounts/access-tokens.ts";
import { mapConcurrently } from "../../workers/lib/concurrency.ts";
import { createContext, runtimeOf, shardBindings } from "../../workers/lib/context.ts";
import type { HomeTimeline } from "./index.ts";
import { pushed, takeLags } from "./pushes.ts";

/** Rows of one table for one shard; ids and texts as they stand in the columns. */
interface LoadRows {
  readonly shard: number;
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

interface WriteRows {
  /** Each list is worked on by itself, as the pages of a fan-out are. */
  readonly lists: readonly (readonly string[])[];
  readonly concurrency: number;
}

type Stub = DurableObjectStub<HomeTimeline>;
const objectOf = (env: Env, id: string): Stub => env.HOME_TIMELINE.getByName(id) as unknown as Stub;

const EMPTY_OBJECT = "/bench/empty-object/";

/** Reference routes, as thin as they can be, and what loads a world quickly. */
export async function answerBench(request: Request, env: Env, execution: ExecutionContext): Promise<Response> {
  const { url } = request;
  const at = url.indexOf(EMPTY_OBJECT);
  if (at !== -1) {
    await objectOf(env, url.slice(at + EMPTY_OBJECT.length)).empty();
    return new Response("ok");
  }
  if (url.endsWith("/bench/one-query")) {
    await env.SHARD_0.prepare("SELECT 1").run();
    return new Response("ok");
  }
  if (url.endsWith("/bench/bare")) return new Response("ok");
  if (url.endsWith("/bench/evict")) {
    await evict(env, await request.json<readonly string[]>());
    return Response.json({});
  }
  if (url.endsWith("/bench/lags")) return Response.json(takeLags());
  if (url.endsWith("/bench/pushes")) return Response.json(pushed);
  if (url.endsWith("/bench/load")) return Response.json(await load(env, await request.json<LoadRows>()));
  if (url.endsWith("/bench/tokens")) {
    return Response.json(await tokens(env, execution, await request.json<readonly string[]>()));
  }
  if (url.endsWith("/bench/send-likes")) {
    const { tweetId } = await request.json<{ tweetId: string }>();
    return Response.json({ sent: await sendLikes(env, tweetId) });
  }
  if (url.endsWith("/bench/write-rows")) return Response.json(await writeRows(env, await request.json<WriteRows>()));
  return new Response("no such reference", { status: 404 });
}

/** One statement for all rows: an id goes in as the text it is. */
async function load(env: Env, { shard, table, columns, rows }: LoadRows): Promise<{ rows: number }> {
  const database = shardBindings(env)[shard];
  if (database === undefined) throw new Error(`no shard ${shard}`);
  const values = columns.map((_, index) => `value->>${index}`).join(", ");
  const insert = `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values} FROM json_each(?)`;
  await database.prepare(insert).bind(JSON.stringify(rows)).run();
  return { rows: rows.length };
}

/** Sends what a sweep would send of one tweet's likes, all at once. */
async function sendLikes(env: Env, tweetId: string): Promise<number> {
  let sent = 0;
  for (const shard of shardBindings(env)) {
    const { results } = await shard
      .prepare("SELECT id, kind, payload FROM outbox WHERE kind = 'like-changed' AND payload->>'tweetId' = ?")
      .bind(tweetId)
      .all<{ id: string; kind: string; payload: string }>();
    const bodies = results.map(({ id, kind, payload }) => ({
      v: 1,
      id,
      kind,
      payload: JSON.parse(payload) as unknown,
    }));
    for (let at = 0; at < bodies.length; at += 100) {
      await env.EVENTS.sendBatch(bodies.slice(at, at + 100).map((body) => ({ body })));
    }
    sent += bodies.length;
  }
  return sent;
}

/** Access tokens of users who never logged in. */
async function tokens(env: Env, execution: ExecutionContext, ids: readonly string[]): Promise<string[]> {
  const waitUntil = (work: Promise<unknown>) => execution.waitUntil(work);
  const ctx = createContext(runtimeOf(env), { requestId: "bench", waitUntil });
  return Promise.all(ids.map((id) => signAccessToken(ctx, id, "bench")));
}

/** Objects leave memory; what they stored stays. */
async function evict(env: Env, ids: readonly string[]): Promise<void> {
  // An object that is reset answers with an error.
  await mapConcurrently(ids, 64, async (id) =>
    objectOf(env, id)
      .leaveMemory()
      .catch(() => undefined),
  );
}

/** As much text as a pushed entry. */
const entryOf = (id: string): string => JSON.stringify({ id, tweetId: id, authorId: id, actorId: id });

async function writeRows(env: Env, { lists, concurrency }: WriteRows): Promise<{ startedAt: number; endedAt: number }> {
  const startedAt = Date.now();
  await Promise.all(
    lists.map((ids) =>
      mapConcurrently(ids, concurrency, async (id) => objectOf(env, id).writeRow({ entry: entryOf(id) })),
    ),
  );
  return { startedAt, endedAt: Date.now() };
}
