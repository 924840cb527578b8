/** What D1 was asked and what it billed. */
export interface D1Counts {
  /** Round trips: a batch is one. */
  requests: number;
  /** Round trips that carried a batch. */
  batches: number;
  statements: number;
  rowsRead: number;
  rowsWritten: number;
}

const noD1 = (): D1Counts => ({ requests: 0, batches: 0, statements: 0, rowsRead: 0, rowsWritten: 0 });

/** Counts of what a world used since `reset()`: the bill of whatever ran in between. */
export class Meter {
  /** All shards together, as the Worker asked them. */
  d1: D1Counts = noD1();
  /** By shard index. */
  d1ByShard = new Map<number, D1Counts>();
  /** All shards together, as Durable Objects asked them. */
  d1FromObjects: D1Counts = noD1();
  /** KV operations by the Worker and by Durable Objects; `keysRead` is what is billed for reads. */
  kv = { keysRead: 0, writes: 0, deletes: 0, lists: 0 };
  /** Calls by `Class.method`, such as `HomeTimeline.push`. */
  objects = new Map<string, number>();
  /** Messages sent, by queue name. */
  queue = new Map<string, number>();
  /** R2 operations by method. */
  r2 = new Map<string, number>();
  /** Every SQL text the Worker sent, in order, with the shard it went to and how many parameters it was bound to. */
  sql: { shard: number; text: string; parameters: number }[] = [];

  reset(): void {
    Object.assign(this, new Meter());
  }

  /** Runs `work` without counting it. */
  async paused<T>(work: () => Promise<T>): Promise<T> {
    const kept = structuredClone({ ...this });
    try {
      return await work();
    } finally {
      Object.assign(this, kept);
    }
  }

  /** Object calls of `name` (`HomeTimeline.push`), of a class (`HomeTimeline`), or of all. */
  objectCalls(name?: string): number {
    let calls = 0;
    for (const [key, count] of this.objects) {
      if (name === undefined || key === name || key.startsWith(`${name}.`)) calls += count;
    }
    return calls;
  }

  countD1(shard: number, fromObject: boolean, one: D1Counts): void {
    if (fromObject) return addD1(this.d1FromObjects, one);
    addD1(this.d1, one);
    let counts = this.d1ByShard.get(shard);
    if (counts === undefined) this.d1ByShard.set(shard, (counts = noD1()));
    addD1(counts, one);
  }
}

function addD1(total: D1Counts, one: D1Counts): void {
  total.requests += one.requests;
  total.batches += one.batches;
  total.statements += one.statements;
  total.rowsRead += one.rowsRead;
  total.rowsWritten += one.rowsWritten;
}

/** Adds one to `counts[key]`. */
export function countOne(counts: Map<string, number>, key: string, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
