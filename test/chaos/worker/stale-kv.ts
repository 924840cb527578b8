import { find, note } from "./orders.ts";

/** KV may answer what was true so long ago. */
const STALE_MS = 60_000;
/** What was written is noted this often at most, so a stale answer is up to this much older still. */
const NOTED_EVERY_MS = 5_000;
const JOURNAL = "chaos:";

interface Written {
  readonly at: number;
  readonly value: string;
}

/** KV that keeps a journal of itself, in itself, so that it outlives a SIGKILL. */
export function staleKv(real: KVNamespace): KVNamespace {
  return new Proxy(real, {
    get(target, property) {
      if (property === "get") return (keys: string | string[], type?: unknown) => get(real, keys, type);
      if (property === "put") return (key: string, value: string) => put(real, key, value);
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

async function put(real: KVNamespace, key: string, value: string): Promise<void> {
  await real.put(key, value);
  const now = Date.now();
  const known = await journalOf(real, key);
  if (now - (known.at(-1)?.at ?? -Infinity) < NOTED_EVERY_MS) return;
  const past = known.findLastIndex(({ at }) => at < now - STALE_MS);
  await real.put(JOURNAL + key, JSON.stringify([...known.slice(Math.max(0, past)), { at: now, value }]));
}

async function journalOf(real: KVNamespace, key: string): Promise<Written[]> {
  return (await real.get<Written[]>(JOURNAL + key, "json")) ?? [];
}

async function get(real: KVNamespace, keys: string | string[], given: unknown): Promise<unknown> {
  const type = typeof given === "string" ? given : ((given as { type?: string } | undefined)?.type ?? "text");
  const asked = [keys].flat();
  const found = await real.get(asked, "text");
  const stale = find(["kv-stale"]);
  if (stale !== undefined) {
    const then = Date.now() - STALE_MS;
    for (const key of asked) {
      const was = (await journalOf(real, key)).findLast(({ at }) => at <= then)?.value ?? null;
      if (was !== found.get(key)) note(stale);
      found.set(key, was);
    }
  }
  const decode = (text: string | null): unknown => (text !== null && type === "json" ? JSON.parse(text) : text);
  if (typeof keys === "string") return decode(found.get(keys) ?? null);
  return new Map(asked.map((key) => [key, decode(found.get(key) ?? null)]));
}

/** Makes everything that was written look `ms` older. */
export async function ageJournal(real: KVNamespace, ms: number): Promise<void> {
  const { keys } = await real.list({ prefix: JOURNAL });
  for (const { name } of keys) {
    const entries = (await real.get<Written[]>(name, "json")) ?? [];
    // What is true now was true then: of a key that was written more than once the newest stands.
    const current = await real.get(name.slice(JOURNAL.length), "text");
    const aged = entries.map(({ at, value }) => ({ at: at - ms, value }));
    const last = current === null ? [] : [{ at: Date.now() - STALE_MS - 1, value: current }];
    await real.put(name, JSON.stringify([...aged, ...last].slice(-1)));
  }
}
