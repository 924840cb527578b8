/** The server process of local-runtime.ts: Miniflare over wrangler.toml's bindings, told what to do over IPC. */
import { join } from "node:path";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import type { unstable_getMiniflareWorkerOptions } from "wrangler";
import { ensureSigningKeys, readEnvFile } from "./dev-secrets.ts";
import { ROOT } from "./lib.ts";
import { migrateShard, type Database } from "./shard-migrations.ts";

export interface ServeOptions {
  /** A folder with the built Worker: `index.js`. */
  readonly bundle: string;
  readonly persistTo: string;
  readonly host: string;
  readonly port: number;
  readonly vars: Readonly<Record<string, string>>;
  /** 0: as many as wrangler.toml has. */
  readonly shards: number;
  readonly queueDelaySeconds: number;
  /** null: no inspector. */
  readonly inspectorPort: number | null;
  /** wrangler.toml, as wrangler reads it. */
  readonly workerOptions: WorkerOptions;
}

export type WorkerOptions = ReturnType<typeof unstable_getMiniflareWorkerOptions>["workerOptions"];

type Question =
  | { readonly id: number; readonly ask: "ready" }
  | {
      readonly id: number;
      readonly ask: "sql";
      readonly shard: number;
      readonly query: string;
      readonly values: readonly unknown[];
    };

export interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** The answer to `ready`. */
export interface Ready {
  readonly url: string;
  readonly entryUrl: string;
  readonly shardCount: number;
}

/** Starts the runtime, then answers questions until SIGTERM, or until the process that started it is gone. */
export async function serve(options: ServeOptions): Promise<void> {
  const { workerOptions } = options;
  const d1Databases = databases(workerOptions.d1Databases, options.shards);
  const shardCount = Object.keys(d1Databases).filter((name) => name.startsWith("SHARD_")).length;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: options.host,
      port: 0,
      ...(options.inspectorPort === null ? {} : { inspectorPort: options.inspectorPort }),
      cf: false,
      log: new Log(LogLevel.WARN),
      logRequests: false,
      telemetry: { enabled: false },
      unsafeTriggerHandlers: true,
      resourcePersistencePath: join(options.persistTo, "v3"),
      workers: [
        {
          ...workerOptions,
          name: "dunlin",
          modules: [{ type: "ESModule", path: join(options.bundle, "index.js") }],
          modulesRoot: options.bundle,
          bindings: {
            ...(workerOptions.bindings as Record<string, string>),
            SIGNING_KEYS: signingKeys(options),
            ...options.vars,
          },
          d1Databases,
          queueProducers: delayed(workerOptions.queueProducers, options.queueDelaySeconds),
          unsafeDirectSockets: [{ host: options.host, port: options.port }],
        },
      ],
    }),
  );
  const stop = async () => {
    await miniflare.dispose();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
  process.once("disconnect", () => void stop());

  const starting = start(miniflare, shardCount);
  const answer = async (question: Question): Promise<unknown> => {
    const urls = await starting;
    if (question.ask === "ready") return urls;
    const database = await miniflare.getD1Database(`SHARD_${question.shard}`);
    return (
      await database
        .prepare(question.query)
        .bind(...question.values)
        .all()
    ).results;
  };
  process.on("message", (question: Question) => {
    answer(question).then(
      (value) => process.send?.({ id: question.id, value } satisfies Reply),
      (error: unknown) => process.send?.({ id: question.id, error: String(error) } satisfies Reply),
    );
  });
  await starting;
}

async function start(miniflare: Miniflare, shardCount: number): Promise<Ready> {
  const entryUrl = (await miniflare.ready).origin;
  for (let shard = 0; shard < shardCount; shard += 1) {
    await migrateShard((await miniflare.getD1Database(`SHARD_${shard}`)) as unknown as Database);
  }
  return { url: (await miniflare.unsafeGetDirectURL()).origin, entryUrl, shardCount };
}

type Producers = Record<string, { queueName: string; deliveryDelay?: number }>;

function delayed(given: unknown, seconds: number): Producers {
  const producers = Object.entries((given ?? {}) as Producers);
  if (seconds === 0) return Object.fromEntries(producers);
  return Object.fromEntries(producers.map(([name, producer]) => [name, { ...producer, deliveryDelay: seconds }]));
}

type Databases = Record<string, string | { id: string }>;

/** wrangler.toml's databases, with shards added up to `shards`, or left out above it. */
function databases(given: unknown, shards: number): Databases {
  const known = (given ?? {}) as Databases;
  if (shards === 0) return known;
  const others = Object.entries(known).filter(([name]) => !name.startsWith("SHARD_"));
  const wanted = Array.from({ length: shards }, (_, index): [string, string | { id: string }] => {
    const name = `SHARD_${index}`;
    return [name, known[name] ?? { id: `local-shard-${index}` }];
  });
  return Object.fromEntries([...others, ...wanted]);
}

/** Those of .dev.vars; without, some that stay with the store, so that tokens outlive a restart. */
function signingKeys(options: ServeOptions): string {
  const own = readEnvFile(join(ROOT, ".dev.vars"))["SIGNING_KEYS"];
  if (own !== undefined && own !== "[]" && own !== "") return own;
  const file = join(options.persistTo, "signing-keys.env");
  ensureSigningKeys(file);
  return readEnvFile(file)["SIGNING_KEYS"] ?? "";
}
