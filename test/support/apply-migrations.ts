import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { shardBindings } from "../../workers/lib/context.ts";

// Storage is fresh for every test file; each shard gets the whole schema before its first test.
await Promise.all(shardBindings(env).map((shard) => applyD1Migrations(shard, env.TEST_MIGRATIONS)));
