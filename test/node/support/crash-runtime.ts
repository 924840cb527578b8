import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiClient } from "../../../scripts/api-client.ts";
import { freshSigningKeys } from "../../../scripts/dev-secrets.ts";
import { sleep } from "../../../scripts/lib.ts";
import { bundleWorker, startLocalRuntime, type LocalRuntime } from "../../../scripts/local-runtime.ts";
import type { Ledger } from "./crash-ledger.ts";
import { leftBehind } from "./processes.ts";

/**
 * A dozen people meet every tier and every page end. No timeline or feed is ever trimmed: below a floor the store is read,
 * which would hide a tweet that was not delivered. Pull authors' feeds are read anew, since the run lasts seconds.
 */
const VARS = {
  PASSWORD_SCRYPT_N: "16",
  RATE_LIMIT_SCALE: "0",
  LOG_LEVEL: "error",
  FANOUT_PAGE_SIZE: "3",
  FANOUT_ACTIVE_ONLY_MIN: "4",
  FANOUT_PULL_MIN: "9",
  TIMELINE_ENTRIES_MAX: "20000",
  FEED_ENTRIES_MAX: "20000",
  FEED_WRITE_INTERVAL_MS: "20",
  FEED_CACHE_SECONDS: "0",
  PULL_LIST_CACHE_SECONDS: "0",
  PULL_OVERLAP_SECONDS: "1",
  OUTBOX_SWEEP_AFTER_SECONDS: "1",
  OUTBOX_SWEEP_DELAY_MAX_SECONDS: "2",
  READ_DEADLINE_MS: "20000",
};

const DEAD_WITHIN_MS = 2_000;
const SWEEP_EVERY_MS = 250;

/** A store that outlives its servers: one bundle and one set of keys for all of them. */
export class CrashStore {
  readonly #folder: string;
  readonly #vars: Readonly<Record<string, string>>;
  #runtime: LocalRuntime | null = null;
  /** How long each start took, in milliseconds. */
  readonly startTimes: number[] = [];
  /** Lines the servers wrote: errors only. */
  readonly lines: string[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.#vars = { ...VARS, SIGNING_KEYS: freshSigningKeys() };
  }

  static async create(): Promise<CrashStore> {
    const folder = mkdtempSync(join(tmpdir(), "dunlin-crash-"));
    await bundleWorker(join(folder, "worker"));
    return new CrashStore(folder);
  }

  /** Starts a server on what is stored. `queueDelaySeconds`: no message is consumed before that. */
  async start(options: { queueDelaySeconds?: number } = {}): Promise<LocalRuntime> {
    const began = performance.now();
    this.#runtime = await startLocalRuntime({
      bundle: join(this.#folder, "worker"),
      persistTo: join(this.#folder, "store"),
      vars: this.#vars,
      onLine: (line) => void this.lines.push(line),
      ...options,
    });
    this.startTimes.push(performance.now() - began);
    return this.#runtime;
  }

  /** SIGKILL to all of the server, workerd included. Throws where anything of it lives on. */
  async kill(): Promise<void> {
    await this.#runtime?.kill9();
    this.#runtime = null;
    const left = await leftBehind(this.#folder, DEAD_WITHIN_MS);
    if (left.length > 0) throw new Error(`alive after SIGKILL: ${left.join("; ")}`);
  }

  /** Ends what runs and takes the files away. */
  async dispose(): Promise<void> {
    await this.#runtime?.kill9();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Registers people into the ledger; each reads an empty home, so that pushes are what brings everything into it. */
export async function registerPeople(url: string, ledger: Ledger, count: number): Promise<void> {
  const api = new ApiClient(url);
  for (let index = 0; index < count; index += 1) {
    const username = `crash_${index}`;
    const account = await api.registerOrLogIn(username, "a long password", username);
    await api.home(account, {});
    ledger.people.push({ index, ...account });
  }
}

/** Runs the cron until no event is left undone. Throws after `seconds`. @returns how many runs that took. */
export async function sweepUntilQuiet(runtime: LocalRuntime, seconds = 180): Promise<number> {
  const until = performance.now() + seconds * 1000;
  let runs = 0;
  for (;;) {
    const rows = await runtime.outboxRows();
    if (rows === 0) return runs;
    if (performance.now() > until) throw new Error(`${rows} events are not done after ${seconds} s and ${runs} sweeps`);
    await runtime.cron();
    runs += 1;
    await sleep(SWEEP_EVERY_MS);
  }
}

/** The events whose effects are not all done, in all shards. */
export async function outboxIds(runtime: LocalRuntime): Promise<string[]> {
  const ids: string[] = [];
  for (let shard = 0; shard < runtime.shardCount; shard += 1) {
    ids.push(...(await runtime.sql(shard, "SELECT id FROM outbox")).map((row) => String(row["id"])));
  }
  return ids;
}

/** How many tweets were sent by each tier. */
export async function tweetsByTier(runtime: LocalRuntime): Promise<Record<string, number>> {
  const tiers: Record<string, number> = {};
  for (let shard = 0; shard < runtime.shardCount; shard += 1) {
    for (const { tier, sent } of await runtime.sql(shard, "SELECT tier, COUNT(*) AS sent FROM tweets GROUP BY tier")) {
      tiers[String(tier)] = (tiers[String(tier)] ?? 0) + Number(sent);
    }
  }
  return tiers;
}
