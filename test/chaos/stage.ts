/** The runtime of a campaign: one store, one bundle, one set of keys, and as many lives as there are kills. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freshSigningKeys } from "../../scripts/dev-secrets.ts";
import { ROOT, run, sleep } from "../../scripts/lib.ts";
import { startLocalRuntime, type LocalRuntime } from "../../scripts/local-runtime.ts";
import { makeDisk, type Disk } from "./disk.ts";
import type { Order } from "./worker/orders.ts";

/** A shard that does not answer a read for so long is left out. */
const READ_DEADLINE_MS = 300;

/**
 * Eight people meet every tier and page end. No timeline or feed is ever trimmed: below a floor the store is read, which would
 * hide a tweet that was not delivered. What isolates remember is short, so that a check need not wait long.
 */
const VARS = {
  PASSWORD_SCRYPT_N: "16",
  RATE_LIMIT_SCALE: "0",
  LOG_LEVEL: "error",
  ACCESS_TOKEN_SECONDS: "86400",
  FANOUT_PAGE_SIZE: "3",
  FANOUT_ACTIVE_ONLY_MIN: "4",
  FANOUT_PULL_MIN: "6",
  TIMELINE_ENTRIES_MAX: "20000",
  FEED_ENTRIES_MAX: "20000",
  FEED_WRITE_INTERVAL_MS: "20",
  FEED_CACHE_SECONDS: "0",
  PULL_LIST_CACHE_SECONDS: "0",
  VISIBILITY_CACHE_SECONDS: "0.2",
  CONTENT_CACHE_SECONDS: "0.5",
  OUTBOX_SWEEP_AFTER_SECONDS: "0.5",
  OUTBOX_SWEEP_DELAY_MAX_SECONDS: "2",
  BREAKER_OPEN_MS: "200",
  READ_DEADLINE_MS: String(READ_DEADLINE_MS),
};

/**
 * A life in which readers are away half a second after they looked, so that pushes rest in memory, which evictions and kills
 * take, and readers who return catch up from the store. In others every push is stored, so that one that went missing stays so.
 */
const AWAY_VARS = { SEEN_AT_WRITE_SECONDS: "0.4", FANOUT_ACTIVE_MINUTES: "0.002" };

const WORKER = "test/chaos/worker/index.ts";

/** Builds the chaos Worker of the source at `root`. @returns the folder with `index.js`; the caller removes it. */
export async function bundleChaos(root = ROOT): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-chaos-worker-"));
  mkdirSync(join(root, "dist/assets"), { recursive: true });
  const { code, output } = await run("wrangler", ["deploy", WORKER, "--dry-run", "--outdir", folder], root);
  if (code !== 0) throw new Error(`the chaos Worker does not build:\n${output}`);
  return folder;
}

export class Stage {
  readonly disk: Disk;
  readonly #bundle: string;
  readonly #vars: Readonly<Record<string, string>>;
  #runtime: LocalRuntime | null = null;
  away = false;
  /** How long each start took, in milliseconds. */
  readonly startTimes: number[] = [];
  /** The newest lines the servers wrote: errors only. */
  readonly lines: string[] = [];
  /** How often SQLite has found the disk full, as workerd says in its log: to the Worker it says "internal error". */
  writesWithoutRoom = 0;

  private constructor(bundle: string, disk: Disk, vars: Readonly<Record<string, string>>) {
    this.#bundle = bundle;
    this.disk = disk;
    this.#vars = { ...VARS, SIGNING_KEYS: freshSigningKeys(), ...vars };
  }

  /** @param options vars over the campaign's own; `endlessDisk`: one that is never full. */
  static async open(
    bundle: string,
    options: { readonly vars?: Readonly<Record<string, string>>; readonly endlessDisk?: boolean } = {},
  ): Promise<Stage> {
    const disk = await makeDisk(options.endlessDisk === true);
    const stage = new Stage(bundle, disk, options.vars ?? {});
    await stage.start(false);
    return stage;
  }

  get runtime(): LocalRuntime {
    if (this.#runtime === null) throw new Error("nothing runs");
    return this.#runtime;
  }

  get url(): string {
    return this.runtime.url;
  }

  /** Starts a server on what is stored. @param away readers count as away soon. */
  async start(away: boolean): Promise<void> {
    this.away = away;
    const began = performance.now();
    this.#runtime = await startLocalRuntime({
      bundle: this.#bundle,
      persistTo: join(this.disk.path, "store"),
      vars: away ? { ...this.#vars, ...AWAY_VARS } : this.#vars,
      onLine: (line) => {
        if (NO_ROOM.test(line)) this.writesWithoutRoom += 1;
        if (this.lines.push(line) > LINES_KEPT) this.lines.shift();
      },
    });
    this.startTimes.push(performance.now() - began);
  }

  /** SIGKILL to all of the server. */
  async kill(): Promise<void> {
    await this.#runtime?.kill9();
    this.#runtime = null;
  }

  async dispose(): Promise<void> {
    await this.kill();
    this.disk.dispose();
  }

  async order(orders: readonly Order[]): Promise<void> {
    if (orders.length > 0) await this.#ask("orders", orders);
  }

  /** By order, how often it has struck so far; what is held back is counted when all is healed. */
  strikes(): Promise<Record<string, number>> {
    return this.#ask("strikes", {});
  }

  /** Ends all orders and lets go what they held. @returns by order, how often it struck. */
  heal(): Promise<Record<string, number>> {
    return this.#ask("heal", {});
  }

  /** Makes what KV holds look older. */
  async ageKv(ms: number): Promise<void> {
    await this.#ask("age", { ms });
  }

  /** For each query the rows of all shards, whatever is ordered to fail; each query is bound to `values`. */
  async facts(queries: readonly string[], values: readonly unknown[]): Promise<Record<string, unknown>[][]> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#ask("facts", { queries, values });
      } catch (error) {
        // A database that found the disk full is opened anew by its next call but one.
        if (tries === FACTS_TRIES) throw error;
        await sleep(FACTS_AGAIN_MS);
      }
    }
  }

  async #ask<T>(what: string, body: unknown): Promise<T> {
    const response = await fetch(`${this.url}/chaos/${what}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`/chaos/${what} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }
}

const FACTS_TRIES = 20;
const FACTS_AGAIN_MS = 50;
const LINES_KEPT = 200;
const NO_ROOM = /SQLITE_FULL|ENOSPC|No space left/;

export const removeBundle = (folder: string): void => rmSync(folder, { recursive: true, force: true });
