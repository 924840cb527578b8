/**
 * 64-bit Snowflake ids: 41 bits of milliseconds since 2010-11-04, 10 bits of logical shard, 12 bits of sequence.
 * Outside packed pages an id is decimal text: D1 and Durable Objects return 64-bit integers as lossy doubles.
 */
export const SNOWFLAKE_EPOCH_MS = 1288834974657;
export const LOGICAL_SHARDS = 1024;
/** The largest id a client may name: 2^63 − 1. */
export const ID_MAX = "9223372036854775807";
/** Below every id. */
export const ID_MIN = "0000000000000000000";

const ID_DIGITS = 19;
const SEQUENCE_MAX = 4095;

/** `id` padded to 19 digits, so that text order is numeric order. */
export function padId(id: string): string {
  return id.length === ID_DIGITS ? id : id.padStart(ID_DIGITS, "0");
}

/** An id from outside: padded to 19 digits, or null unless it is 1–19 decimal digits up to 2^63 − 1. */
export function parseId(raw: string): string | null {
  if (!/^[0-9]{1,19}$/.test(raw)) return null;
  const padded = padId(raw);
  return padded > ID_MAX ? null : padded;
}

/** An id as clients see it: no leading zeros. */
export function unpadId(id: string): string {
  return id.startsWith("0") ? id.replace(/^0+(?=\d)/, "") : id;
}

/** Milliseconds since the Unix epoch at which `id` was minted. */
export function timeOfId(id: string): number {
  return Number(BigInt(id) >> 22n) + SNOWFLAKE_EPOCH_MS;
}

/** The lowest id that could be minted at `ms` (Unix milliseconds); ID_MIN for times before the epoch. */
export function lowestIdAt(ms: number): string {
  const since = Math.max(0, Math.floor(ms) - SNOWFLAKE_EPOCH_MS);
  const id = padId((BigInt(since) << 22n).toString());
  return id.length > ID_DIGITS || id > ID_MAX ? ID_MAX : id;
}

/** The logical shard (0–1023) that `id` carries. */
export function logicalShardOfId(id: string): number {
  // The low 22 bits decide, and the last 15 digits are exact in a double only modulo powers of ten: use BigInt.
  return Number((BigInt(id) >> 12n) & 1023n);
}

/** The id one below `id`; ID_MIN stays. */
export function idBefore(id: string): string {
  return id === ID_MIN ? ID_MIN : padId((BigInt(id) - 1n).toString());
}

/** The id one above `id`; ID_MAX stays. */
export function idAfter(id: string): string {
  return id === ID_MAX ? ID_MAX : padId((BigInt(id) + 1n).toString());
}

export interface SnowflakeMinter {
  /**
   * A new id on `logicalShard`, unique within this isolate and rising within a millisecond.
   * Two isolates may clash (the sequence starts at random): a primary-key clash must mint again.
   * @param above the id returned is greater than this one.
   */
  next(logicalShard: number, above?: string): string;
}

/** A minter that reads `now` (Unix milliseconds) and draws its first sequence of each millisecond from `random`. */
export function createMinter(now: () => number, random: () => number = Math.random): SnowflakeMinter {
  let lastMs = 0;
  let sequence = 0;
  return {
    next(logicalShard, above = ID_MIN) {
      const aboveMs = above === ID_MIN ? 0 : timeOfId(above);
      const ms = Math.max(now(), lastMs, aboveMs + (aboveMs > 0 ? 1 : 0));
      if (ms > lastMs) {
        lastMs = ms;
        // Half the range is left above the random start, so that a burst rarely has to borrow the next millisecond.
        sequence = Math.floor(random() * (SEQUENCE_MAX / 2));
      } else {
        sequence += 1;
        if (sequence > SEQUENCE_MAX) {
          lastMs += 1;
          sequence = 0;
        }
      }
      const id = (BigInt(lastMs - SNOWFLAKE_EPOCH_MS) << 22n) | (BigInt(logicalShard) << 12n) | BigInt(sequence);
      return padId(id.toString());
    },
  };
}
