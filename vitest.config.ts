import { generateKeyPairSync } from "node:crypto";
import { cloudflareTest, readD1Migrations, type D1Migration } from "@cloudflare/vitest-pool-workers";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { readRealConversations } from "./test/support/real-conversations.ts";
import { readRealFollows } from "./test/support/real-follows.ts";
import { sharedData } from "./test/support/shared-data.ts";

/** A folder in memory, on Linux. */
const MEMORY = "/dev/shm";
const MEMORY_BYTES_MIN = 2_000_000_000;
/** The folder of one run: its name ends in the run's process id. */
const MEMORY_FOLDER = "dunlin-test-";

/**
 * Databases and objects of the tests in workerd live in memory where it has room, since half the time of a run would be
 * spent waiting for the disk. What outlives a run that was killed goes with the next.
 */
function keepStorageInMemory(): void {
  if (!existsSync(MEMORY)) return;
  for (const name of readdirSync(MEMORY)) {
    if (!name.startsWith(MEMORY_FOLDER) || existsSync(`/proc/${name.slice(MEMORY_FOLDER.length)}`)) continue;
    rmSync(join(MEMORY, name), { recursive: true, force: true });
  }
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize < MEMORY_BYTES_MIN) return;
  const folder = join(MEMORY, `${MEMORY_FOLDER}${process.pid}`);
  mkdirSync(folder, { recursive: true });
  process.env["TMPDIR"] = folder;
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
}

/** For tests in Node, which start servers as somebody at a terminal would. */
const DISK = tmpdir();
keepStorageInMemory();

/** Two fresh private ES256 keys, as SIGNING_KEYS wants them: the first signs, both verify. */
function signingKeys(): string {
  const keys = ["test-1", "test-2"].map((kid) => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    return { ...privateKey.export({ format: "jwk" }), kid };
  });
  return JSON.stringify(keys);
}

const MIGRATIONS: D1Migration[] = await readD1Migrations("migrations/shard");

/** What every project in workerd is given over wrangler.toml. .dev.vars is never needed, and never wins. */
const TEST_BINDINGS = {
  TEST_MIGRATIONS: MIGRATIONS,
  SIGNING_KEYS: signingKeys(),
  PASSWORD_SCRYPT_N: "16",
  RATE_LIMIT_SCALE: "0",
  CLOCK_OFFSET_SECONDS: "0",
  LOG_LEVEL: "error",
  ORACLE_RUNS: process.env["ORACLE_RUNS"] ?? "",
  ORACLE_SEED: process.env["ORACLE_SEED"] ?? "",
  ORACLE_PATH: process.env["ORACLE_PATH"] ?? "",
};

/** The one limit in real time that Durable Objects keep: stories of pull authors would have to wait it out. */
const NO_WAITS = { FEED_WRITE_INTERVAL_MS: "20" };

/** Small enough that a story of a dozen tweets meets every trim, page end and tier; Durable Objects see these too. */
const SMALL_LIMITS = {
  TIMELINE_ENTRIES_MAX: "12",
  FEED_ENTRIES_MAX: "6",
  FANOUT_ACTIVE_ONLY_MIN: "3",
  FANOUT_PULL_MIN: "5",
  FANOUT_PAGE_SIZE: "2",
  FANOUT_CONCURRENCY: "2",
  DEGRADED_AUTHORS_MAX: "4",
  CONTENT_CACHE_ENTRIES: "20",
  FEED_WRITE_INTERVAL_MS: "0",
  ACCESS_TOKEN_SECONDS: "315360000",
};

/** Each test file has a workerd of its own, which waits half of the time: on two cores, four keep them busy. */
const WORKERS_AT_ONCE = 4;
/** Files that start a server, and perhaps a browser, whose stories wait for frames and for answers half of the time. */
const SERVERS_AT_ONCE = 3;

/** Bundled once, a file each: every test file's workerd would fetch their hundreds of modules one by one. */
const DEPENDENCIES = [
  "@hono/zod-validator",
  "drizzle-orm",
  "drizzle-orm/d1",
  "drizzle-orm/sqlite-core",
  "fast-check",
  "hono",
  "hono/body-limit",
  "hono/cookie",
  "hono/cors",
  "jose",
  "twitter-text",
  "zod",
  "zod-openapi",
];

/** Hostile input in base64, since a test in workerd cannot read the disk; null for a file that is not there. */
function hostileData() {
  const read = (file: string) => {
    const path = sharedData(file);
    return path === null ? null : readFileSync(path, "base64");
  };
  const strings = ["blns", "xss", "sqli", "h5sc"].map((name) => [name, read(`hostile-strings/${name}.json.gz`)]);
  return {
    jsonSuite: read("hostile-json/JSONTestSuite-test_parsing.tar.gz"),
    strings: Object.fromEntries(strings) as Record<string, string | null>,
  };
}

/** Read only where a test imports them. */
const REAL_DATA: Readonly<Record<string, () => unknown>> = {
  "virtual:real-conversations": readRealConversations,
  "virtual:real-follows": () => readRealFollows(400),
};
const realData = {
  name: "real-data",
  resolveId: (id: string) => (REAL_DATA[id] === undefined ? undefined : `\0${id}`),
  load: (id: string) => {
    const read = REAL_DATA[id.slice(1)];
    return read === undefined ? undefined : `export default ${JSON.stringify(read())}`;
  },
};

const extraShards = (count: number) =>
  Object.fromEntries(Array.from({ length: count - 2 }, (_, index) => [`SHARD_${index + 2}`, `shard-${index + 2}`]));

function inWorkers(name: string, include: string[], given: { vars?: Record<string, string>; shards?: number } = {}) {
  return {
    plugins: [
      realData,
      cloudflareTest({
        wrangler: { configPath: "./wrangler.toml" },
        miniflare: {
          bindings: { ...TEST_BINDINGS, ...given.vars },
          d1Databases: extraShards(given.shards ?? 2),
        },
      }),
    ],
    test: {
      name,
      include,
      maxWorkers: WORKERS_AT_ONCE,
      deps: { optimizer: { ssr: { enabled: true, include: DEPENDENCIES } } },
      setupFiles: ["./test/support/apply-migrations.ts"],
      testTimeout: 30_000,
      hookTimeout: 60_000,
    },
  };
}

/** They start a server as somebody at a terminal would, or kill one in the midst of what it does: with little beside them. */
const APART = ["test/node/start.test.ts", "test/node/crash.test.ts", "test/node/crash-control.test.ts"];

function inNode(name: string, given: TestProjectInlineConfiguration["test"]) {
  return {
    test: {
      name,
      environment: "node",
      include: ["test/node/**/*.test.ts"],
      env: { TMPDIR: DISK },
      testTimeout: 120_000,
      hookTimeout: 120_000,
      // What a story waits for comes later on a machine that is busy.
      expect: { poll: { timeout: 10_000 } },
      ...given,
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      // Projects of a group run in the order of their names: the oracle, which takes longest, begins first.
      inWorkers("oracle", ["test/oracle/**/*.test.ts"], { vars: SMALL_LIMITS }),
      inWorkers("workers-16-shards", ["test/shards/**/*.test.ts"], { shards: 16 }),
      (() => {
        const project = inWorkers("workers", ["test/**/*.test.ts"], { vars: NO_WAITS });
        return {
          ...project,
          test: {
            ...project.test,
            exclude: ["test/node/**", "test/oracle/**"],
            provide: { hostileData: hostileData() },
          },
        };
      })(),
      // They start whole servers: after all others.
      inNode("node", { exclude: APART, maxWorkers: SERVERS_AT_ONCE, sequence: { groupOrder: 1 } }),
      inNode("node-apart", { include: APART, maxWorkers: 2, sequence: { groupOrder: 2 } }),
    ],
  },
});
