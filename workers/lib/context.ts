import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { AuthorFeed } from "../../durable-objects/author-feed.ts";
import type { HomeTimeline } from "../../durable-objects/home-timeline.ts";
import type { PullList } from "../../durable-objects/pull-list.ts";
import { createDependencies, type Dependencies } from "./dependency.ts";
import { createLog, type Log } from "./log.ts";
import { parseLimits, type Limits } from "./limits.ts";
import { createShardMap, type ShardMap } from "./shards.ts";
import { createMinter, type SnowflakeMinter } from "./snowflake.ts";

export type Db = DrizzleD1Database & { readonly $client: D1Database };

/**
 * What one isolate keeps between requests: parsed limits, the shard map, breakers, and the memories rooms declare with
 * `perIsolate`. A test makes two of these to stand for two isolates.
 */
export interface Runtime {
  readonly env: Env;
  readonly limits: Limits;
  readonly shards: ShardMap;
  readonly ids: SnowflakeMinter;
  readonly dependencies: Dependencies;
  readonly log: Log;
  /** Unix milliseconds, CLOCK_OFFSET_SECONDS included. */
  now(): number;
}

/** What a use case is given. Only this file and the Durable Objects touch bindings. */
export interface Ctx {
  readonly runtime: Runtime;
  readonly limits: Limits;
  readonly shards: ShardMap;
  readonly ids: SnowflakeMinter;
  readonly clock: { now(): number };
  readonly log: Log;
  readonly requestId: string;
  /** The database that holds the user or tweet `id`. */
  dbOf(id: string): Db;
  /** The database at `index` (0-based). */
  dbAt(index: number): Db;
  readonly dependencies: Dependencies;
  readonly kv: KVNamespace;
  /** Static files, with the headers that `_headers` gives them. */
  readonly assets: Fetcher;
  readonly events: Queue;
  readonly fanout: Queue;
  /** Pages of a fan-out that may wait while there is a backlog. */
  readonly later: Queue;
  homeTimeline(userId: string): DurableObjectStub<HomeTimeline>;
  authorFeed(authorId: string): DurableObjectStub<AuthorFeed>;
  pullList(): DurableObjectStub<PullList>;
  secret(name: "SIGNING_KEYS"): string;
  /** Lets `work` end after the answer. What must not be lost does not go here: it goes to the outbox. */
  defer(work: Promise<unknown>): void;
}

/** An isolate's runtime over `env`. Throws when a var or the shard bindings are wrong. */
export function createRuntime(env: Env): Runtime {
  const limits = parseLimits(env);
  // Read at each call, so that a test can move the clock of one isolate.
  const now = () => Date.now() + Number(env.CLOCK_OFFSET_SECONDS) * 1000;
  return {
    env,
    limits,
    shards: createShardMap(shardBindings(env).length),
    ids: createMinter(now),
    dependencies: createDependencies({
      deadlineMs: limits.READ_DEADLINE_MS,
      failuresToOpen: limits.BREAKER_FAILURES,
      openMs: limits.BREAKER_OPEN_MS,
      now: () => Date.now(),
    }),
    log: createLog(limits.LOG_LEVEL),
    now,
  };
}

const runtimes = new WeakMap<object, Runtime>();

/** The runtime of the isolate that `env` belongs to, made at its first use. */
export function runtimeOf(env: Env): Runtime {
  let runtime = runtimes.get(env);
  if (runtime === undefined) runtimes.set(env, (runtime = createRuntime(env)));
  return runtime;
}

/** A memory that lives as long as an isolate: `create` runs at the first use in each. */
export function perIsolate<T>(create: (runtime: Runtime) => T): (runtime: Runtime) => T {
  const memories = new WeakMap<Runtime, { value: T }>();
  return (runtime) => {
    let memory = memories.get(runtime);
    if (memory === undefined) memories.set(runtime, (memory = { value: create(runtime) }));
    return memory.value;
  };
}

const databasesOf = perIsolate((runtime) => shardBindings(runtime.env).map((binding) => drizzle(binding)));

/** The context of one request, queue batch or cron run. */
export function createContext(
  runtime: Runtime,
  scope: { requestId: string; waitUntil: (work: Promise<unknown>) => void },
): Ctx {
  const { env, shards } = runtime;
  const log = runtime.log.with({ request_id: scope.requestId });
  const dbAt = (index: number) => {
    const db = databasesOf(runtime)[index];
    if (db === undefined) throw new Error(`no binding SHARD_${index}`);
    return db;
  };
  return {
    runtime,
    limits: runtime.limits,
    shards,
    ids: runtime.ids,
    clock: runtime,
    log,
    requestId: scope.requestId,
    dbAt,
    dbOf: (id) => dbAt(shards.indexOf(id)),
    dependencies: runtime.dependencies,
    kv: env.FEEDS,
    assets: env.ASSETS,
    events: env.EVENTS,
    fanout: env.FANOUT,
    later: env.LATER,
    homeTimeline: (userId) => env.HOME_TIMELINE.getByName(userId),
    authorFeed: (authorId) => env.AUTHOR_FEED.getByName(authorId),
    pullList: () => env.PULL_LIST.getByName("pull-authors"),
    secret: (name) => env[name],
    defer: (work) => scope.waitUntil(work.catch((error: unknown) => log.warn("deferred work failed", { error }))),
  };
}

/** The D1 bindings SHARD_0, SHARD_1, … in order, without a gap. */
export function shardBindings(env: object): D1Database[] {
  const bindings = env as Readonly<Record<string, D1Database | undefined>>;
  const found: D1Database[] = [];
  for (let index = 0; ; index += 1) {
    const binding = bindings[`SHARD_${index}`];
    if (binding === undefined) return found;
    found.push(binding);
  }
}
