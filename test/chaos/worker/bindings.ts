import { find, note, sleep, strike } from "./orders.ts";
import { staleKv } from "./stale-kv.ts";

/** How many isolates one runtime plays: each with caches, breakers, a clock and an id minter of its own. */
export const ISOLATES = 3;

const CONNECTION_LOST = "Network connection lost.";
const OVERLOADED = "D1_ERROR: D1 DB is overloaded. Requests queued for too long.";

const environments = new WeakMap<object, Env[]>();

/** The environment of the isolate at `index`: bindings that fail when told to. The same object each time. */
export function environmentOf(env: Env, index: number): Env {
  let all = environments.get(env);
  if (all === undefined) {
    all = Array.from({ length: ISOLATES }, (_, at) => wrapped(env, at));
    environments.set(env, all);
  }
  const found = all[index % ISOLATES];
  if (found === undefined) throw new Error(`no isolate ${index}`);
  return found;
}

function wrapped(env: Env, isolate: number): Env {
  const copy: Record<string, unknown> = { ...env };
  for (const [name, binding] of Object.entries(copy)) {
    if (/^SHARD_\d+$/.test(name)) copy[name] = failingShard(name, binding as D1Database);
  }
  copy["HOME_TIMELINE"] = failingObjects(env.HOME_TIMELINE);
  copy["AUTHOR_FEED"] = failingObjects(env.AUTHOR_FEED);
  copy["PULL_LIST"] = failingObjects(env.PULL_LIST);
  copy["FEEDS"] = staleKv(env.FEEDS);
  // Read at each use: an isolate's clock goes wrong and comes right while it lives.
  const clock = { get: () => String(skewOf(isolate)), enumerable: true, configurable: true };
  Object.defineProperty(copy, "CLOCK_OFFSET_SECONDS", clock);
  return copy as unknown as Env;
}

const skewOf = (isolate: number): number => find(["clock-skew"], String(isolate))?.order.amount ?? 0;

/** Notes that an isolate works while its clock differs. */
export function noteSkew(isolate: number): void {
  strike(["clock-skew"], String(isolate));
}

/** D1's client is plain JavaScript over a fetcher: what passes there is every statement of every kind. */
function failingShard(name: string, real: D1Database): D1Database {
  const target = `shard:${name.slice("SHARD_".length)}`;
  const { fetcher } = real as unknown as { fetcher: Fetcher };
  const fetch: Fetcher["fetch"] = async (input, init) => {
    const body = typeof init?.body === "string" ? init.body : "";
    return await throughShard(target, body, () => fetcher.fetch(input, init));
  };
  const Client = real.constructor as new (fetcher: Fetcher) => D1Database;
  return new Client({ fetch } as Fetcher);
}

const WRITES = /\b(INSERT|UPDATE|DELETE)\b/i;

async function throughShard(target: string, body: string, call: () => Promise<Response>): Promise<Response> {
  const struck = strike(["shard-error", "shard-hang", "shard-late"], target);
  if (struck === undefined) return await loseAnswer(target, body, call);
  const { kind, variant, amount } = struck.order;
  if (kind === "shard-error") throw new Error(variant === 0 ? CONNECTION_LOST : OVERLOADED);
  if (kind === "shard-hang") {
    await sleep(struck.until - Date.now());
    throw new Error(CONNECTION_LOST);
  }
  if (variant === 0) await sleep(amount);
  const response = await call();
  if (variant === 1) await sleep(amount);
  return response;
}

async function loseAnswer(target: string, body: string, call: () => Promise<Response>): Promise<Response> {
  const losing = WRITES.test(body) ? find(["answer-lost"], target) : undefined;
  const response = await call();
  if (losing === undefined || losing.left <= 0) return response;
  note(losing);
  throw new Error(CONNECTION_LOST);
}

interface Evictable {
  getByName(name: string): DurableObjectStub;
}
/** What every chaos object has beside the product's methods. */
interface ChaosMethods {
  chaosEvict(): Promise<void>;
  chaosDoomed(method: string, args: unknown[]): Promise<void>;
}

/** Objects that lose their memory before a call, or in the middle of it with what it wrote. */
function failingObjects<T extends Evictable>(namespace: T): T {
  return new Proxy(namespace, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      if (property !== "getByName") return value.bind(target) as unknown;
      return (name: string) => failingStub(target, name);
    },
  });
}

function failingStub(namespace: Evictable, name: string): DurableObjectStub {
  const stub = namespace.getByName(name);
  return new Proxy(stub, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function" || typeof property === "symbol") return value;
      return async (...args: unknown[]): Promise<unknown> => {
        const struck = strike(["object-evicted"]);
        if (struck === undefined) return await (Reflect.apply(value, target, args) as Promise<unknown>);
        const fresh = namespace.getByName(name) as unknown as ChaosMethods;
        if (struck.order.variant === 1) return await fresh.chaosDoomed(property, args);
        await fresh.chaosEvict().catch(() => undefined);
        const next: unknown = namespace.getByName(name);
        return await (next as Record<string, (...given: unknown[]) => Promise<unknown>>)[property]?.(...args);
      };
    },
  });
}
