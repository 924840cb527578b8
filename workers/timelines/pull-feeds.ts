import * as z from "zod";
import { feedKey, PULL_LIST_KEY, type Feed } from "../../durable-objects/feed.ts";
import { BoundedMap } from "../lib/bounded-map.ts";
import { perIsolate, type Ctx } from "../lib/context.ts";
import { readPullAuthors } from "../tweets/reader.ts";

const entrySchema = z.object({
  id: z.string(),
  tweetId: z.string(),
  authorId: z.string(),
  actorId: z.string(),
  replyToId: z.string().exactOptional(),
});
const feedSchema = z.discriminatedUnion("v", [
  z.object({ v: z.literal(2), floor: z.string(), entries: z.array(entrySchema) }),
  z.object({ v: z.literal(1), floor: z.string(), ids: z.array(z.string()) }),
]);

function feedOf(author: string, raw: unknown): Feed {
  const feed = feedSchema.parse(raw);
  if (feed.v === 2) return feed;
  const entries = feed.ids.map((id) => ({ id, tweetId: id, authorId: author, actorId: author }));
  return { v: 2, floor: feed.floor, entries };
}
const pullListSchema = z.array(z.string());

/** KV reads up to this many keys at once. */
const BULK_KEYS_MAX = 100;
const FEEDS_REMEMBERED_MAX = 5000;
/** KV keeps what it read in a location for this long at least, and may answer it for as long. */
export const KV_STALE_SECONDS = 60;

interface Memory {
  list: { authors: readonly string[]; at: number } | null;
  readonly feeds: BoundedMap<string, { feed: Feed | null; at: number }>;
}
const memoryOf = perIsolate((): Memory => ({ list: null, feeds: new BoundedMap(FEEDS_REMEMBERED_MAX) }));

export interface PullAuthors {
  readonly authors: readonly string[];
  /** False where neither KV nor the shards could say, now or lately: nobody knows who is missing. */
  readonly known: boolean;
  readonly failed: boolean;
}

/**
 * Who is a pull author, at most PULL_LIST_CACHE_SECONDS old in this isolate. Where KV does not answer an older list does,
 * for as long as new pull authors are pushed as well; then, or where nothing is remembered, the shards are asked.
 */
export async function readPullList(ctx: Ctx): Promise<PullAuthors> {
  const memory = memoryOf(ctx.runtime);
  const now = ctx.clock.now();
  const age = memory.list === null ? Infinity : now - memory.list.at;
  if (memory.list !== null && age < ctx.limits.PULL_LIST_CACHE_SECONDS * 1000) {
    return { authors: memory.list.authors, known: true, failed: false };
  }
  try {
    const raw = await ctx.dependencies.guard("feeds", () => ctx.kv.get(PULL_LIST_KEY, "json"));
    const authors = pullListSchema.parse(raw ?? []);
    memory.list = { authors, at: now };
    return { authors, known: true, failed: false };
  } catch (error) {
    ctx.log.warn("pull list not read", { error });
  }
  if (memory.list === null || age >= ctx.limits.PULL_OVERLAP_SECONDS * 1000) {
    const authors = await ctx.dependencies.guard("pull-authors", () => readPullAuthors(ctx)).catch(() => null);
    if (authors === null) return { authors: memory.list?.authors ?? [], known: false, failed: true };
    memory.list = { authors, at: now };
  }
  return { authors: memory.list.authors, known: true, failed: true };
}

export interface Feeds {
  readonly feeds: ReadonlyMap<string, Feed>;
  /** Authors whose feed is not to be had: KV has none, or did not answer. */
  readonly missing: readonly string[];
  readonly failed: boolean;
}

/** The feeds of `authors`, at most FEED_CACHE_SECONDS old in this isolate; in hundreds, all at once. */
export async function readFeeds(ctx: Ctx, authors: readonly string[]): Promise<Feeds> {
  const { feeds: remembered } = memoryOf(ctx.runtime);
  const now = ctx.clock.now();
  const fresh = now - ctx.limits.FEED_CACHE_SECONDS * 1000;
  const wanted = authors.filter((author) => (remembered.get(author)?.at ?? -Infinity) <= fresh);
  let failed = false;
  await Promise.all(
    chunksOf(wanted, BULK_KEYS_MAX).map(async (chunk) => {
      try {
        const found = await ctx.dependencies.guard("feeds", () => ctx.kv.get<unknown>(chunk.map(feedKey), "json"));
        for (const author of chunk) {
          const raw = found.get(feedKey(author)) ?? null;
          remembered.set(author, { feed: raw === null ? null : feedOf(author, raw), at: now });
        }
      } catch (error) {
        failed = true;
        ctx.log.warn("feeds not read", { error, feeds: chunk.length });
      }
    }),
  );
  const feeds = new Map<string, Feed>();
  for (const author of authors) {
    // A feed that could not be read anew still says more than none.
    const feed = remembered.get(author)?.feed ?? null;
    if (feed !== null) feeds.set(author, feed);
  }
  return { feeds, missing: authors.filter((author) => !feeds.has(author)), failed };
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
