import { shardBindings } from "../../../workers/lib/context.ts";
import { releaseHeld } from "./consume.ts";
import { endAll, give, strikesSoFar, type Order } from "./orders.ts";
import { ageJournal } from "./stale-kv.ts";

/** Queries to every shard, behind all faults: what really is stored. */
interface Asked {
  readonly queries: readonly string[];
  /** What each query is bound to. */
  readonly values: readonly unknown[];
}

/** The private routes of the campaign. */
export async function answerChaos(request: Request, env: Env, execution: ExecutionContext): Promise<Response> {
  const { pathname } = new URL(request.url);
  switch (pathname) {
    case "/chaos/orders":
      give(await request.json<Order[]>());
      return Response.json({});
    case "/chaos/strikes":
      return Response.json(strikesSoFar());
    case "/chaos/heal":
      return Response.json(await heal(env, execution));
    case "/chaos/age":
      await ageJournal(env.FEEDS, (await request.json<{ ms: number }>()).ms);
      return Response.json({});
    case "/chaos/timeline":
      return Response.json(await timelineOf(env, await request.json<{ userId: string }>()));
    case "/chaos/facts":
      return Response.json(await factsOf(env, await request.json<Asked>()));
    default:
      return new Response("no such order", { status: 404 });
  }
}

async function heal(env: Env, execution: ExecutionContext): Promise<Record<string, number>> {
  const strikes = endAll();
  for (const [order, overtaken] of await releaseHeld(env, execution)) {
    strikes[order] = (strikes[order] ?? 0) + overtaken;
  }
  return strikes;
}

/** For each query the rows of all shards. */
async function factsOf(env: Env, { queries, values }: Asked): Promise<unknown[][]> {
  const answers = await Promise.all(
    shardBindings(env).map((shard) => shard.batch(queries.map((query) => shard.prepare(query).bind(...values)))),
  );
  return queries.map((_, index) => answers.flatMap((answer) => answer[index]?.results ?? []));
}

/** What a timeline object holds, for whoever looks for what went wrong. */
async function timelineOf(env: Env, { userId }: { userId: string }): Promise<unknown> {
  const everything = { before: "9".repeat(19), since: "0".repeat(19), count: 1_000_000 };
  return await env.HOME_TIMELINE.getByName(userId).read(everything);
}
