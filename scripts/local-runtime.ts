/**
 * Runs the built Worker in workerd without wrangler: several times as fast as `wrangler dev`, whose proxy and Miniflare's
 * entry stand before every request. The server is a process group of its own, so that a test can kill all of it at once.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, run, sleep, toolEnv } from "./lib.ts";
import { serve, type Ready, type Reply, type ServeOptions, type WorkerOptions } from "./local-runtime-server.ts";

export interface LocalRuntimeOptions {
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Where storage lives; without it in a folder that goes with the runtime. */
  readonly persistTo?: string;
  /** Without persistTo: storage in memory where the system has room for it, so that no disk is measured. */
  readonly inMemory?: boolean;
  /** Vars over those of wrangler.toml. */
  readonly vars?: Readonly<Record<string, string>>;
  /** D1 databases; wrangler.toml's two unless said. */
  readonly shards?: number;
  /** Every message waits this long in its queue: what happens meanwhile happens without consumers. None unless said. */
  readonly queueDelaySeconds?: number;
  /** Where the runtime's inspector listens (DevTools protocol), on 127.0.0.1; without it there is none. */
  readonly inspectorPort?: number;
  /** A folder that `bundleWorker` made; without it the Worker is built first. */
  readonly bundle?: string;
  /** Gets every line the server writes; otherwise the newest are kept for error messages. */
  readonly onLine?: (line: string) => void;
}

export interface LocalRuntime {
  /** Straight to the Worker, without a slash at the end. Static pages are not served here. */
  readonly url: string;
  /** Through Miniflare's entry: slower, with static pages and `/cdn-cgi/local/…`. */
  readonly entryUrl: string;
  readonly pid: number;
  readonly persistTo: string;
  readonly shardCount: number;
  /** Rows of a query on the database `shard` (0-based), for scripts that look behind the API. */
  sql(shard: number, query: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** One run of the cron. */
  cron(): Promise<void>;
  /** Events whose effects are not all done, in all shards. */
  outboxRows(): Promise<number>;
  /**
   * Settles when no shard's outbox holds a row, which is when every effect of every write is done. The cron runs meanwhile,
   * for events that a server left which was killed: no queue knows of them. Throws after `seconds`.
   */
  outboxEmpty(seconds?: number): Promise<void>;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** SIGKILL to the server and workerd at once; storage stays for another start on `persistTo`. */
  kill9(): Promise<void>;
}

const START_MS = 60_000;
/** Between two runs of the cron while an outbox is waited for. */
const CRON_MS = 1_000;
const LINES_KEPT = 60;

/** Builds the Worker as a deployment would. @returns the folder with `index.js`. Throws with wrangler's words. */
export async function bundleWorker(folder = mkdtempSync(join(tmpdir(), "dunlin-worker-"))): Promise<string> {
  mkdirSync(join(ROOT, "dist/assets"), { recursive: true });
  const { code, output } = await run("wrangler", ["deploy", "--dry-run", "--outdir", folder]);
  if (code !== 0) throw new Error(`the Worker does not build:\n${output}`);
  return folder;
}

/** Starts a local runtime and waits until it answers. Throws, with what it wrote, when it does not start. */
export async function startLocalRuntime(options: LocalRuntimeOptions = {}): Promise<LocalRuntime> {
  const bundle = options.bundle ?? (await bundleWorker());
  const persistTo = options.persistTo ?? mkdtempSync(join(storeParent(options.inMemory), "dunlin-store-"));
  const child = spawnServer({
    bundle,
    persistTo,
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    vars: options.vars ?? {},
    shards: options.shards ?? 0,
    queueDelaySeconds: options.queueDelaySeconds ?? 0,
    inspectorPort: options.inspectorPort ?? null,
    // wrangler takes half a second to load: once here, not in every server.
    workerOptions: await (workerOptions ??= loadWorkerOptions()),
  });
  const lines: string[] = [];
  const keep = options.onLine ?? ((line) => void (lines.push(line) > LINES_KEPT && lines.shift()));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => text.trimEnd().split("\n").forEach(keep));
  }
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const tidy = () => {
    if (options.bundle === undefined) rmSync(bundle, { recursive: true, force: true });
    if (options.persistTo === undefined) rmSync(persistTo, { recursive: true, force: true });
  };
  const pid = child.pid ?? 0;
  const kill9 = async () => {
    killGroup(pid);
    await ended;
  };
  const ask = asker(child, ended, lines);
  const ready = await Promise.race([ask({ ask: "ready" }), late()]).catch(async (error: unknown) => {
    await kill9();
    tidy();
    throw error;
  });
  const { url, entryUrl, shardCount } = ready as Ready;
  const sql: LocalRuntime["sql"] = async (shard, query, values = []) =>
    (await ask({ ask: "sql", shard, query, values })) as Record<string, unknown>[];
  const outboxRows = async () => {
    let rows = 0;
    for (let shard = 0; shard < shardCount; shard += 1) {
      const [row] = await sql(shard, "SELECT COUNT(*) AS waiting FROM outbox");
      rows += Number(row?.["waiting"]);
    }
    return rows;
  };
  const cron = async () => {
    const response = await fetch(`${entryUrl}/cdn-cgi/local/scheduled?cron=*+*+*+*+*`);
    const text = await response.text();
    if (!response.ok) throw new Error(`the cron answered ${response.status}: ${text}`);
  };
  return {
    url,
    entryUrl,
    pid,
    persistTo,
    kill9,
    shardCount,
    sql,
    outboxRows,
    outboxEmpty: async (seconds = 300) => {
      const until = performance.now() + seconds * 1000;
      let nextCron = performance.now() + CRON_MS;
      for (let rows = await outboxRows(); rows > 0; rows = await outboxRows()) {
        if (performance.now() > until) throw new Error(`${rows} events are not done after ${seconds} s`);
        if (performance.now() > nextCron) {
          await cron();
          nextCron = performance.now() + CRON_MS;
        }
        await sleep(100);
      }
    },
    cron,
    stop: async () => {
      child.kill("SIGTERM");
      const stuck = setTimeout(() => killGroup(pid), 10_000);
      await ended;
      clearTimeout(stuck);
      tidy();
    },
  };
}

const MEMORY = "/dev/shm";
const MEMORY_BYTES_MIN = 2 * 2 ** 30;

function storeParent(inMemory = false): string {
  if (!inMemory || !existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= MEMORY_BYTES_MIN ? MEMORY : tmpdir();
}

async function late(): Promise<never> {
  await new Promise((wake) => setTimeout(wake, START_MS).unref());
  throw new Error(`the local runtime did not start within ${START_MS / 1000} s`);
}

let workerOptions: Promise<WorkerOptions> | undefined;

async function loadWorkerOptions(): Promise<WorkerOptions> {
  const level = process.env["WRANGLER_LOG"];
  // It would say which env file it found.
  process.env["WRANGLER_LOG"] = "warn";
  try {
    const { unstable_getMiniflareWorkerOptions: read } = await import("wrangler");
    return read(join(ROOT, "wrangler.toml")).workerOptions;
  } finally {
    if (level === undefined) delete process.env["WRANGLER_LOG"];
    else process.env["WRANGLER_LOG"] = level;
  }
}

function spawnServer(options: ServeOptions): ChildProcess {
  // Scratch files live beside the store, so that what a SIGKILL leaves goes with it.
  const scratch = join(options.persistTo, "scratch");
  if (existsSync(scratch)) rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const child = spawn(process.execPath, [import.meta.filename], {
    cwd: ROOT,
    env: { ...toolEnv(), TMPDIR: scratch },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true, // a process group of its own, for kill9
  });
  // Not among its arguments: anybody on the machine may read those, and there are keys in here.
  child.send(options);
  return child;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it is gone already
  }
}

/** Questions to the server over its IPC channel, answered in any order. */
function asker(child: ChildProcess, ended: Promise<void>, lines: readonly string[]) {
  const waiting = new Map<number, { done: (value: unknown) => void; failed: (error: Error) => void }>();
  let asked = 0;
  child.on("message", (reply: Reply) => {
    const who = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.error === undefined) who?.done(reply.value);
    else who?.failed(new Error(reply.error));
  });
  void ended.then(() => {
    for (const who of waiting.values()) who.failed(new Error(`the local runtime ended:\n${lines.join("\n")}`));
    waiting.clear();
  });
  return (question: object): Promise<unknown> =>
    new Promise((done, failed) => {
      asked += 1;
      waiting.set(asked, { done, failed });
      child.send({ ...question, id: asked }, (error) => error !== null && failed(error));
    });
}

if (import.meta.main) process.once("message", (options) => void serve(options as ServeOptions));
