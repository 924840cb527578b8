import { LOGICAL_SHARDS, logicalShardOfId } from "./snowflake.ts";

/**
 * The only file that counts databases: it maps a logical shard (0–1023, inside every id) to one of the D1 bindings
 * SHARD_0, SHARD_1, … in contiguous ranges.
 */
export interface ShardMap {
  readonly count: number;
  /** The database (0-based) that holds the user or tweet `id`. */
  indexOf(id: string): number;
  indexOfLogical(logicalShard: number): number;
  /** Logical shards of database `index`, both ends included. */
  rangeOf(index: number): { first: number; last: number };
}

/** A map over `count` databases. */
export function createShardMap(count: number): ShardMap {
  if (!Number.isInteger(count) || count < 1 || count > LOGICAL_SHARDS) {
    throw new Error(`SHARD_0 … are needed: ${count} databases cannot hold ${LOGICAL_SHARDS} logical shards`);
  }
  const indexOfLogical = (logicalShard: number) => Math.floor((logicalShard * count) / LOGICAL_SHARDS);
  return {
    count,
    indexOfLogical,
    indexOf: (id) => indexOfLogical(logicalShardOfId(id)),
    rangeOf(index) {
      const first = Math.ceil((index * LOGICAL_SHARDS) / count);
      return { first, last: Math.ceil(((index + 1) * LOGICAL_SHARDS) / count) - 1 };
    },
  };
}

/** The logical shard of a username: a hash (FNV-1a, then mixed) of its lower-cased form, so that a name finds its shard. */
export function logicalShardOfUsername(username: string): number {
  let hash = 0x811c9dc5;
  for (const char of username.toLowerCase()) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % LOGICAL_SHARDS;
}
