import { byNewest, type TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import { groupBy } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";
import { DependencyFailed } from "../lib/dependency.ts";
import { ID_MIN } from "../lib/snowflake.ts";
import { readTweetIdsByAuthor } from "../tweets/reader.ts";

/** Both ends exclusive. */
export interface IdRange {
  readonly before: string;
  readonly since: string;
  readonly count: number;
}

export interface StoreRead {
  /** Newest first, at most `count`. */
  readonly entries: readonly TimelineEntry[];
  /** True where nothing older is left in the range. */
  readonly end: boolean;
  /** Names of the dependencies whose tweets are missing. */
  readonly failed: readonly string[];
}

interface Walk {
  readonly author: string;
  /** Everything of this author above here was read. */
  before: string;
  exhausted: boolean;
}

/** An author's first helping; those whose tweets reach into the page are asked again for more. */
const FIRST_HELPING_MIN = 4;
const HELPING_GROWTH = 4;

/**
 * The newest tweets of `authors` straight from the shards. It asks every author for a few, then only those for more whose
 * unread tweets could still belong in the answer, so rows read grow with the answer and the authors, not with the corpus.
 */
export async function readStore(ctx: Ctx, authors: readonly string[], range: IdRange): Promise<StoreRead> {
  const walks: Walk[] = authors.map((author) => ({ author, before: range.before, exhausted: false }));
  const failed = new Set<string>();
  let entries: TimelineEntry[] = [];
  let helping = Math.min(
    range.count,
    Math.max(FIRST_HELPING_MIN, Math.ceil((2 * range.count) / Math.max(1, authors.length))),
  );
  for (let pending = walks; pending.length > 0; helping = Math.min(range.count, helping * HELPING_GROWTH)) {
    entries.push(...(await readHelping(ctx, pending, { since: range.since, perAuthor: helping }, failed)));
    entries.sort(byNewest);
    const last = entries[range.count - 1]?.id ?? ID_MIN;
    entries = entries.slice(0, range.count);
    pending = walks.filter((walk) => !walk.exhausted && walk.before > last);
  }
  const end = entries.length < range.count;
  return { entries, end, failed: [...failed] };
}

/** One query a database, all at once. A database that does not answer gives nothing and is named in `failed`. */
async function readHelping(
  ctx: Ctx,
  pending: readonly Walk[],
  range: { since: string; perAuthor: number },
  failed: Set<string>,
): Promise<TimelineEntry[]> {
  const byShard = groupBy(pending, (walk) => ctx.shards.indexOf(walk.author));
  const parts = await Promise.all(
    [...byShard].map(async ([index, walks]) => {
      try {
        const asked = walks.map(({ author, before }) => ({ author, before }));
        const read = () => readTweetIdsByAuthor(ctx, index, asked, range);
        const found = await ctx.dependencies.guard(`shard:${index}`, read);
        return walks.flatMap((walk) => advance(walk, found.get(walk.author) ?? [], range.perAuthor));
      } catch (error) {
        if (!(error instanceof DependencyFailed)) throw error;
        failed.add(error.dependency);
        for (const walk of walks) walk.exhausted = true;
        return [];
      }
    }),
  );
  return parts.flat();
}

function advance(walk: Walk, ids: readonly string[], perAuthor: number): TimelineEntry[] {
  walk.exhausted = ids.length < perAuthor;
  walk.before = ids.at(-1) ?? walk.before;
  return ids.map((id) => ({ id, tweetId: id, authorId: walk.author, actorId: walk.author }));
}
