import { sql, type SQL } from "drizzle-orm";
import { perIsolate, type Ctx, type Runtime } from "../lib/context.ts";
import { changesAfter, newestChange, onVisibilityChange } from "../lib/visibility-log.ts";

/**
 * Keeps what an isolate remembers honest: it reads each shard's visibility log at most every VISIBILITY_CACHE_SECONDS, and
 * forgets what the log names. After a longer silence it forgets everything of that shard instead of reading on.
 */
interface ShardLog {
  number: number;
  readAt: number;
  reading: Promise<void> | null;
}

interface Forgetting {
  tweet(id: string): void;
  everything(): void;
}

/** The log is kept for an hour; an isolate that was silent for this long starts anew. */
const SILENCE_MAX_MS = 600_000;
/** As many changes as one query gives; with more there may be others, so nothing is trusted. */
const CHANGES_MAX = 1000;
const USERS_REMEMBERED_MAX = 10_000;

class Visibility {
  readonly #logs = new Map<number, ShardLog>();
  readonly #forgetting: Forgetting[] = [];
  readonly #userChangedAt = new Map<string, number>();
  readonly #runtime: Runtime;
  /** Rises with everything forgotten. */
  #forgotten = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    onVisibilityChange(runtime, ({ kind, subjectId }) => this.#forget(kind, subjectId));
  }

  onForgotten(forgetting: Forgetting): void {
    this.#forgetting.push(forgetting);
  }

  /** True where the user was edited after `readAt` (Unix milliseconds), so what was read then is stale. */
  changedSince(userId: string, readAt: number): boolean {
    return (this.#userChangedAt.get(userId) ?? -Infinity) >= readAt;
  }

  /** True where a shard's log was last read VISIBILITY_CACHE_SECONDS ago, or never. */
  isDue(ctx: Ctx, index: number): boolean {
    return ctx.clock.now() - this.#logOf(index).readAt >= ctx.limits.VISIBILITY_CACHE_SECONDS * 1000;
  }

  /** Reads a shard's log where that is due; callers at once share one query. Throws DependencyFailed. */
  async freshen(ctx: Ctx, index: number): Promise<void> {
    const log = this.#logOf(index);
    if (!this.isDue(ctx, index)) return;
    log.reading ??= this.readWithLog(ctx, index, sql`SELECT 1 WHERE false`)
      .then(() => undefined)
      .finally(() => {
        log.reading = null;
      });
    await log.reading;
  }

  /**
   * Runs `query` on a shard and reads the shard's log in the same statement. Throws DependencyFailed.
   * @returns `current`: false where something was forgotten meanwhile, so these rows may be shown but not remembered.
   */
  async readWithLog<Row>(ctx: Ctx, index: number, query: SQL): Promise<{ rows: Row[]; current: boolean }> {
    const log = this.#logOf(index);
    const forgotten = this.#forgotten;
    const askedAt = ctx.clock.now();
    const begins = log.readAt === -Infinity || askedAt - log.readAt > SILENCE_MAX_MS;
    const from = log.number;
    const changes = begins ? sql`NULL` : changesAfter(from);
    // One row always comes, so the log arrives where the query finds nothing; the changes stand on that row alone.
    const rows = await ctx.dependencies.guard(`shard:${index}`, () =>
      ctx.dbAt(index).all<Row & LogColumns>(sql`
        SELECT log.*, found.* FROM (SELECT ${newestChange} AS log_newest, ${changes} AS log_changes) AS log
        LEFT JOIN (SELECT 1 AS log_found, asked_rows.* FROM (${query}) AS asked_rows) AS found ON true`),
    );
    const [first] = rows;
    const current = forgotten === this.#forgotten && first !== undefined && first.log_newest >= log.number;
    if (first !== undefined) this.#learn(log, first, { begins, askedAt });
    return { rows: rows.filter((row) => row.log_found === 1), current };
  }

  #learn(log: ShardLog, row: LogColumns, read: { begins: boolean; askedAt: number }): void {
    const changes =
      row.log_changes === null ? [] : (JSON.parse(row.log_changes) as [number, "tweet" | "user", string][]);
    // Before a shard's first reading nothing of it is remembered; later, a log that was not read on may have hidden changes.
    const unread = read.begins && log.readAt !== -Infinity && row.log_newest > log.number;
    if (unread || changes.length >= CHANGES_MAX) this.#forgetEverything();
    for (const [number, kind, subjectId] of changes) if (number > log.number) this.#forget(kind, subjectId);
    log.number = Math.max(log.number, row.log_newest);
    log.readAt = Math.max(log.readAt, read.askedAt);
  }

  #forget(kind: "tweet" | "user", subjectId: string): void {
    this.#forgotten += 1;
    if (kind === "tweet") for (const forgetting of this.#forgetting) forgetting.tweet(subjectId);
    else this.#userChangedAt.set(subjectId, this.#runtime.now());
    if (this.#userChangedAt.size > USERS_REMEMBERED_MAX) this.#forgetEverything();
  }

  #forgetEverything(): void {
    this.#forgotten += 1;
    for (const forgetting of this.#forgetting) forgetting.everything();
    this.#userChangedAt.clear();
  }

  #logOf(index: number): ShardLog {
    let log = this.#logs.get(index);
    if (log === undefined) this.#logs.set(index, (log = { number: 0, readAt: -Infinity, reading: null }));
    return log;
  }
}

interface LogColumns {
  readonly log_newest: number;
  readonly log_changes: string | null;
  readonly log_found: number | null;
}

export const visibilityOf = perIsolate((runtime) => new Visibility(runtime));
