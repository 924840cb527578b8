/** The kinds of fault of a campaign, in the order of its table. */
export const KINDS = [
  "kill",
  "shard-error",
  "shard-hang",
  "shard-late",
  "answer-lost",
  "kv-stale",
  "queue-drop",
  "queue-repeat",
  "queue-reorder",
  "object-evicted",
  "clock-skew",
  "disk-full",
] as const;
export type Kind = (typeof KINDS)[number];

/** What each does, for the table. */
export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  kill: "SIGKILL of the whole runtime",
  "shard-error": "a shard refuses",
  "shard-hang": "a shard hangs past the deadline",
  "shard-late": "a shard answers late",
  "answer-lost": "committed, the answer lost",
  "kv-stale": "KV as of 60 s ago",
  "queue-drop": "a queue drops",
  "queue-repeat": "a queue repeats",
  "queue-reorder": "a queue delays and reorders",
  "object-evicted": "an object evicted at work",
  "clock-skew": "an isolate's clock differs",
  "disk-full": "a full disk under the store",
};
