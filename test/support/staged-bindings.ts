import type { CapturedQueues } from "./captured-queues.ts";
import type { Faults } from "./faults.ts";
import { countOne, type Meter } from "./meter.ts";

/** What the wrapped bindings report to. */
export interface Stage {
  readonly meter: Meter;
  readonly faults: Faults;
  readonly queues: CapturedQueues;
  /** World time, Unix milliseconds. */
  now(): number;
}

/** The stage that Durable Objects run on: the newest world's. Objects share their bindings with the test itself. */
let current: Stage | null = null;

interface D1Internals {
  readonly fetcher: Fetcher;
  readonly alwaysPrimarySession: { fetcher: Fetcher };
}
interface D1Query {
  readonly sql: string;
  readonly params?: readonly unknown[];
}
interface D1Answer {
  readonly meta?: { readonly rows_read?: number; readonly rows_written?: number };
}

const realFetchers = new Map<string, Fetcher>();
interface KvWrite {
  readonly at: number;
  /** null: deleted. */
  readonly value: string | null;
}
const kvWrites = new Map<string, KvWrite[]>();
let kvPatched = false;

/** A copy of `env` whose bindings count, can fail, and keep queue messages; and the same for Durable Objects. */
export function stageEnv(env: Env, stage: Stage): Env {
  current = stage;
  const copy: Record<string, unknown> = { ...env };
  for (const [name, binding] of Object.entries(copy)) {
    if (/^SHARD_\d+$/.test(name)) copy[name] = stageD1(name, binding as D1Database, stage);
    else if (isObjectNamespace(binding)) copy[name] = stageObjects(classNameOf(name), binding, stage);
  }
  patchKv(env.FEEDS);
  copy["FEEDS"] = stageKv(env.FEEDS, stage);
  copy["MEDIA"] = counted(env.MEDIA, (method) => countOne(stage.meter.r2, method));
  copy["EVENTS"] = stage.queues.producer("dunlin-events", stage);
  copy["FANOUT"] = stage.queues.producer("dunlin-fanout", stage);
  copy["LATER"] = stage.queues.producer("dunlin-later", stage);
  return copy as unknown as Env;
}

/** D1's client is plain JavaScript over a fetcher, so every path (raw, run, all, batch, sessions) is counted here. */
function stageD1(name: string, shared: D1Database, stage: Stage): D1Database {
  const index = Number(name.slice("SHARD_".length));
  const internals = shared as unknown as D1Internals;
  let real = realFetchers.get(name);
  if (real === undefined) {
    real = internals.fetcher;
    realFetchers.set(name, real);
    const fromObjects = stagedFetcher(real, index, true, () => current ?? stage);
    internals.alwaysPrimarySession.fetcher = fromObjects;
    Object.defineProperty(shared, "fetcher", { value: fromObjects, configurable: true });
  }
  const Client = shared.constructor as new (fetcher: Fetcher) => D1Database;
  return new Client(stagedFetcher(real, index, false, () => stage));
}

function stagedFetcher(real: Fetcher, index: number, fromObject: boolean, stageNow: () => Stage): Fetcher {
  const fetch: Fetcher["fetch"] = async (input, init) => {
    const stage = stageNow();
    const body = typeof init?.body === "string" ? init.body : "null";
    const queries = JSON.parse(body) as D1Query | D1Query[] | null;
    const asked = queries === null ? [] : [queries].flat();
    const texts = asked.map((query) => query.sql);
    const counted = asked.map(({ sql, params }) => ({ shard: index, text: sql, parameters: params?.length ?? 0 }));
    if (!fromObject) stage.meter.sql.push(...counted);
    return await stage.faults.through(`shard:${index}`, texts.join(";\n"), async () => {
      const response = await real.fetch(input, init);
      const text = await response.text();
      const answers = rowsOf(text);
      stage.meter.countD1(index, fromObject, {
        requests: 1,
        batches: Array.isArray(queries) ? 1 : 0,
        statements: texts.length,
        rowsRead: answers.reduce((sum, answer) => sum + (answer.meta?.rows_read ?? 0), 0),
        rowsWritten: answers.reduce((sum, answer) => sum + (answer.meta?.rows_written ?? 0), 0),
      });
      return new Response(text, response);
    });
  };
  return { fetch } as Fetcher;
}

function rowsOf(text: string): D1Answer[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return (Array.isArray(parsed) ? parsed : [parsed]) as D1Answer[];
  } catch {
    return [];
  }
}

function isObjectNamespace(binding: unknown): binding is DurableObjectNamespace {
  return typeof binding === "object" && binding !== null && "getByName" in binding && "idFromName" in binding;
}

/** HOME_TIMELINE → HomeTimeline. */
function classNameOf(bindingName: string): string {
  return bindingName.toLowerCase().replace(/(^|_)([a-z])/g, (_all, _line, letter: string) => letter.toUpperCase());
}

function stageObjects(className: string, namespace: DurableObjectNamespace, stage: Stage): DurableObjectNamespace {
  const stageStub = (stub: DurableObjectStub): DurableObjectStub =>
    counted(
      stub,
      (method) => countOne(stage.meter.objects, `${className}.${method}`),
      (method, call) => stage.faults.through(`object:${className}`, method, call),
    );
  return new Proxy(namespace, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(value, target, args);
        return property === "get" || property === "getByName" ? stageStub(result as DurableObjectStub) : result;
      };
    },
  });
}

/** Puts and deletes are journalled on the shared binding, so that those of Durable Objects are seen as well. */
function patchKv(shared: KVNamespace): void {
  if (kvPatched) return;
  kvPatched = true;
  const [put, del] = [shared.put.bind(shared), shared.delete.bind(shared)];
  const note = (key: string, value: string | null) => {
    kvWrites.set(key, [...(kvWrites.get(key) ?? []), { at: current?.now() ?? Date.now(), value }]);
  };
  const through = (key: string, call: () => Promise<void>) => current?.faults.through("kv", key, call) ?? call();
  shared.put = async (key: string, value: unknown, options?: KVNamespacePutOptions) => {
    if (typeof value !== "string") throw new TypeError("tests know KV values as text only");
    if (current !== null) current.meter.kv.writes += 1;
    await through(key, () => put(key, value, options));
    note(key, value);
  };
  shared.delete = (async (key: string) => {
    if (current !== null) current.meter.kv.deletes += 1;
    await through(key, () => del(key));
    note(key, null);
  }) as KVNamespace["delete"];
}

function stageKv(shared: KVNamespace, stage: Stage): KVNamespace {
  const get = async (keys: string | string[], given?: string | { type?: string }) => {
    const asked = [keys].flat();
    stage.meter.kv.keysRead += asked.length;
    const type = typeof given === "string" ? given : (given?.type ?? "text");
    const found = await stage.faults.through("kv", asked.join(" "), async () => {
      const stale = stage.faults.kvStaleSeconds;
      if (stale > 0) return new Map(asked.map((key) => [key, kvValueAt(key, stage.now() - stale * 1000)]));
      return await shared.get(asked, "text");
    });
    const decode = (text: string | null): unknown => (text !== null && type === "json" ? JSON.parse(text) : text);
    if (typeof keys === "string") return decode(found.get(keys) ?? null);
    return new Map(asked.map((key) => [key, decode(found.get(key) ?? null)]));
  };
  return new Proxy(shared, {
    get(target, property) {
      if (property === "get") return get;
      const value: unknown = Reflect.get(target, property, target);
      if (property === "list") stage.meter.kv.lists += 1;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function kvValueAt(key: string, at: number): string | null {
  return kvWrites.get(key)?.findLast((write) => write.at <= at)?.value ?? null;
}

/** `target` with its method calls counted, and run through `run` where given. */
function counted<T extends object>(
  target: T,
  count: (method: string) => void,
  run?: (method: string, call: () => Promise<unknown>) => Promise<unknown>,
): T {
  return new Proxy(target, {
    get(real, property) {
      const value: unknown = Reflect.get(real, property, real);
      if (typeof value !== "function" || typeof property === "symbol" || property === "constructor") return value;
      return (...args: unknown[]): unknown => {
        count(property);
        const call = () => Reflect.apply(value, real, args) as Promise<unknown>;
        return run === undefined ? call() : run(property, call);
      };
    },
  });
}
