/** A local runtime with the bench Worker in it, filled with a dataset. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../scripts/lib.ts";
import { startLocalRuntime, type LocalRuntime, type LocalRuntimeOptions } from "../scripts/local-runtime.ts";
import { shardOf, type Dataset } from "./dataset.ts";
import { factsOf, type Row } from "./facts.ts";
import type { Ask } from "./http-connection.ts";
import type { LoadClient } from "./load-client.ts";

const VARS = {
  RATE_LIMIT_SCALE: "0",
  PASSWORD_SCRYPT_N: "16",
  ACCESS_TOKEN_SECONDS: "864000",
  LOG_LEVEL: "error",
};
/** Rows of one insert. */
const ROWS_AT_ONCE = 5000;

/** Builds the Worker with the reference routes. @returns the folder with `index.js`; the caller removes it. */
export async function bundleBench(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-bench-"));
  const { code, output } = await run("wrangler", ["deploy", "bench/worker/index.ts", "--dry-run", "--outdir", folder]);
  if (code !== 0) throw new Error(`the bench Worker does not build:\n${output}`);
  return folder;
}

/** A folder for a store that outlives one runtime. */
export function makeStore(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "dunlin-bench-store-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Starts the bench Worker. */
export function startBench(
  bundle: string,
  store: string,
  vars: Readonly<Record<string, string>> = {},
  more: Pick<LocalRuntimeOptions, "inspectorPort" | "inMemory"> = {},
): Promise<LocalRuntime> {
  return startLocalRuntime({ bundle, persistTo: store, vars: { ...VARS, ...vars }, ...more });
}

async function post<T>(runtime: LocalRuntime, path: string, body: unknown): Promise<T> {
  const response = await fetch(`${runtime.url}${path}`, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  return (await response.json()) as T;
}

/** Writes the dataset's facts into the shards, as the product would have written them one by one. */
export async function loadFacts(runtime: LocalRuntime, dataset: Dataset): Promise<void> {
  for (const { table, columns, rows } of factsOf(dataset)) await insert(runtime, table, columns, rows);
}

/** Writes rows into the shards; the first column finds each one's. */
export async function insert(
  runtime: LocalRuntime,
  table: string,
  columns: readonly string[],
  rows: readonly Row[],
): Promise<void> {
  for (const shard of [0, 1]) {
    const here = rows.filter(([id]) => shardOf(String(id)) === shard);
    for (let at = 0; at < here.length; at += ROWS_AT_ONCE) {
      await post(runtime, "/bench/load", { shard, table, columns, rows: here.slice(at, at + ROWS_AT_ONCE) });
    }
  }
}

/** Sends a message for every like of a tweet whose event waits in an outbox. @returns how many. */
export async function sendLikes(runtime: LocalRuntime, tweetId: string): Promise<number> {
  return (await post<{ sent: number }>(runtime, "/bench/send-likes", { tweetId })).sent;
}

/** Access tokens for `ids`, in their order. */
export function tokensFor(runtime: LocalRuntime, ids: readonly string[]): Promise<string[]> {
  return post(runtime, "/bench/tokens", ids);
}

/** How a signed-in user asks for home. */
export function homeAsks(ids: readonly string[], tokens: readonly string[], query = ""): Ask[] {
  return ids.map((id, index): Ask => ({
    path: `/2/users/${BigInt(id)}/timelines/reverse_chronological${query}`,
    token: tokens[index] ?? "",
  }));
}

/** Reads every home once: a cold timeline is rebuilt by the product's own read, a stored one is opened. */
export async function warmHomes(client: LoadClient, runtime: LocalRuntime, asks: readonly Ask[]): Promise<number> {
  await client.prepare("warm", asks);
  const { seconds } = await client.load({ origin: runtime.url, asks: "warm", connections: 8 });
  return seconds;
}

export interface PushCount {
  /** Repeats among them. */
  readonly entries: number;
  /** Unix milliseconds. */
  readonly lastAt: number;
}
export async function pushesOf(runtime: LocalRuntime): Promise<PushCount> {
  return (await (await fetch(`${runtime.url}/bench/pushes`)).json()) as PushCount;
}

/** Takes the objects of `ids` out of memory; what they stored stays. */
export async function evict(runtime: LocalRuntime, ids: readonly string[]): Promise<void> {
  await post(runtime, "/bench/evict", ids);
}

/** Deliveries to followers since the last call: Unix milliseconds of each, and milliseconds since its tweet got its id. */
export async function takeLags(runtime: LocalRuntime): Promise<readonly (readonly [at: number, ms: number])[]> {
  return (await (await fetch(`${runtime.url}/bench/lags`)).json()) as [number, number][];
}

/** One row written by each object, the objects of a list at most `concurrency` at once. @returns seconds. */
export async function writeRows(
  runtime: LocalRuntime,
  lists: readonly (readonly string[])[],
  concurrency: number,
): Promise<number> {
  const { startedAt, endedAt } = await post<{ startedAt: number; endedAt: number }>(runtime, "/bench/write-rows", {
    lists,
    concurrency,
  });
  return (endedAt - startedAt) / 1000;
}

/** Users whose home holds at least `least` tweets. */
export function readersOf(dataset: Dataset, least: number): number[] {
  const written = dataset.users.map(() => 0);
  for (const tweet of dataset.tweets) written[tweet.author] = (written[tweet.author] ?? 0) + 1;
  const home = [...written];
  for (const [follower, followee] of dataset.follows) home[follower] = (home[follower] ?? 0) + (written[followee] ?? 0);
  return home.flatMap((count, index) => (count >= least ? [index] : []));
}
