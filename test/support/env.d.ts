import type { D1Migration } from "cloudflare:test";

declare global {
  namespace Cloudflare {
    interface Env {
      /** The migrations of every shard, read by vitest.config.ts. */
      TEST_MIGRATIONS: D1Migration[];
      /** Runs a property test makes, or "" for its own default. */
      ORACLE_RUNS: string;
    }
  }
}
