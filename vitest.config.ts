import { generateKeyPairSync } from "node:crypto";
import { cloudflareTest, readD1Migrations, type D1Migration } from "@cloudflare/vitest-pool-workers";
import { readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { readRealConversations } from "./test/support/real-conversations.ts";
import { sharedData } from "./test/support/shared-data.ts";

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

/** `virtual:real-conversations`, read only where a test imports it. */
const realConversations = {
  name: "real-conversations",
  resolveId: (id: string) => (id === "virtual:real-conversations" ? `\0${id}` : undefined),
  load: (id: string) =>
    id === "\0virtual:real-conversations" ? `export default ${JSON.stringify(readRealConversations())}` : undefined,
};

const extraShards = (count: number) =>
  Object.fromEntries(Array.from({ length: count - 2 }, (_, index) => [`SHARD_${index + 2}`, `shard-${index + 2}`]));

function inWorkers(name: string, include: string[], given: { vars?: Record<string, string>; shards?: number } = {}) {
  return {
    plugins: [
      realConversations,
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
      setupFiles: ["./test/support/apply-migrations.ts"],
      testTimeout: 30_000,
      hookTimeout: 60_000,
    },
  };
}

export default defineConfig({
  test: {
    // Each test file has a workerd of its own; more than two at once starve one another on a small machine.
    maxWorkers: 2,
    projects: [
      (() => {
        const project = inWorkers("workers", ["test/**/*.test.ts"]);
        return {
          ...project,
          test: {
            ...project.test,
            exclude: ["test/node/**", "test/oracle/**"],
            provide: { hostileData: hostileData() },
          },
        };
      })(),
      inWorkers("workers-16-shards", ["test/shards/**/*.test.ts"], { shards: 16 }),
      inWorkers("workers-small-limits", ["test/oracle/**/*.test.ts"], { vars: SMALL_LIMITS }),
      {
        test: {
          name: "node",
          environment: "node",
          include: ["test/node/**/*.test.ts"],
          // They start whole servers and measure time: after all others, and one by one.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
