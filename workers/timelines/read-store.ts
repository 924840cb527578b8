import { byNewest, type TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import type { IdRange } from "../hydrate/skeleton.ts";
import { groupBy } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";
import { DependencyFailed } from "../lib/dependency.ts";
import { ID_MIN } from "../lib/snowflake.ts";
import { readEntriesByAuthor } from "../tweets/reader.ts";

/** What a home or list is read by. */
export interface TimelineRange extends IdRange {
  readonly withoutReplies?: boolean;
  readonly withoutRetweets?: boolean;
  /** Retweets that a feed may still hold. */
  readonly undone?: ReadonlySet<string>;
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

/** Up to so many entries each author on the page is asked for all that could be there, so that one round is enough. */
const WHOLE_HELPING_MAX = 128;
/** For more, an author's first helping; those whose tweets reach into the page are asked again. */
const FIRST_HELPING_MIN = 4;
const HELPING_GROWTH = 4;

/**
 * The newest tweets of `authors` straight from the shards, one query a database for a page. Rows read grow with the
 * answer and the authors, not with the corpus.
 */
export async function readStore(ctx: Ctx, authors: readonly string[], range: TimelineRange): Promise<StoreRead> {
  const walks: Walk[] = authors.map((author) => ({ author, before: range.before, exhausted: false }));
  const failed = new Set<string>();
  let entries: TimelineEntry[] = [];
  let helping = firstHelping(range.count, authors.length);
  for (let pending = walks; pending.length > 0; helping = Math.min(range.count, helping * HELPING_GROWTH)) {
    entries.push(...(await readHelping(ctx, pending, range, helping, failed)));
    entries.sort(byNewest);
    const last = entries[range.count - 1]?.id ?? ID_MIN;
    entries = entries.slice(0, range.count);
    pending = walks.filter((walk) => !walk.exhausted && walk.before > last);
  }
  const end = entries.length < range.count;
  return { entries, end, failed: [...failed] };
}

function firstHelping(count: number, authors: number): number {
  if (count <= WHOLE_HELPING_MAX) return count;
  return Math.min(count, Math.max(FIRST_HELPING_MIN, Math.ceil((2 * count) / Math.max(1, authors))));
}

/** One query a database, all at once. A database that does not answer gives nothing and is named in `failed`. */
async function readHelping(
  ctx: Ctx,
  pending: readonly Walk[],
  range: TimelineRange,
  helping: number,
  failed: Set<string>,
): Promise<TimelineEntry[]> {
  const byShard = groupBy(pending, (walk) => ctx.shards.indexOf(walk.author));
  const parts = await Promise.all(
    [...byShard].map(async ([index, walks]) => {
      try {
        const asked = walks.map(({ author, before }) => ({ author, before }));
        const read = () =>
          readEntriesByAuthor(ctx, index, asked, { ...range, count: helping, authorsMax: range.count });
        const found = await ctx.dependencies.guard(`shard:${index}`, read);
        return walks.flatMap((walk) => advance(walk, found.get(walk.author) ?? [], helping));
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

function advance(walk: Walk, entries: readonly TimelineEntry[], helping: number): readonly TimelineEntry[] {
  walk.exhausted = entries.length < helping;
  walk.before = entries.at(-1)?.id ?? walk.before;
  return entries;
}
