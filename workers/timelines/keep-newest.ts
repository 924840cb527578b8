import {
  byNewest,
  RETWEETS_LOOKED_AT_MAX,
  type Retweet,
  type TimelineEntry,
} from "../../durable-objects/timeline-entry.ts";
import type { SkeletonEntry } from "../hydrate/skeleton.ts";
import type { Viewing } from "../hydrate/viewing.ts";
import { readVisibleTweets } from "../hydrate/visible-tweets.ts";
import { groupBy } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";
import { DependencyFailed } from "../lib/dependency.ts";
import { ID_MAX } from "../lib/snowflake.ts";
import { readRetweetsBy } from "../tweets/reader.ts";

/**
 * A tweet shows once, at its newest entry: drops the entries whose tweet stands further up, above the part that is read
 * here, and names all who retweet it. What `actors` retweeted is asked of the tweets' shards, where it could matter.
 * @param before where the part begins (exclusive); the newest entries of a list have nothing above them.
 * @param risen retweets by `actors` above the part, where they are known: the tweets' shards hear of them by an event.
 */
export async function keepNewest(
  ctx: Ctx,
  viewing: Viewing,
  entries: readonly TimelineEntry[],
  actors: readonly string[],
  before: string,
  risen: readonly TimelineEntry[] = [],
): Promise<SkeletonEntry[]> {
  const concerned = before === ID_MAX ? entries.filter((entry) => entry.id !== entry.tweetId) : entries;
  const tweetIds = new Set(concerned.map((entry) => entry.tweetId));
  const counted = await readRetweets(ctx, [...tweetIds], actors);
  const retweets = withThese(counted, [...concerned, ...risen.filter((entry) => tweetIds.has(entry.tweetId))]);
  if (retweets.size === 0) return [...entries];
  // A retweet that the viewer may not see, or of somebody muted, brings nothing: the tweet stays where others brought it.
  const newest = [...retweets.values()].flatMap((all) => all.slice(0, RETWEETS_LOOKED_AT_MAX));
  const ids = new Set([...newest.map(({ id }) => id), ...entries.flatMap(({ id, tweetId }) => [id, tweetId])]);
  const { views, unread } = await readVisibleTweets(ctx, viewing, "timeline", ids, { ownFromStore: false });
  const counts = new Set(newest.filter(({ id }) => views.has(id) || unread.has(id)));
  return entries.flatMap((entry) => {
    const counting = newestByActor((retweets.get(entry.tweetId) ?? []).filter((retweet) => counts.has(retweet)));
    if (counting.some(({ id }) => id >= before)) return [];
    return [entry.id === entry.tweetId ? entry : { ...entry, retweets: counting }];
  });
}

/** Newest first, with the retweets among `entries`: of some the tweets' shards may not know yet. */
function withThese(
  counted: ReadonlyMap<string, readonly Retweet[]>,
  entries: readonly TimelineEntry[],
): ReadonlyMap<string, readonly Retweet[]> {
  const all = new Map(counted);
  for (const { id, tweetId, actorId } of entries) {
    const others = (all.get(tweetId) ?? []).filter((retweet) => retweet.id !== id);
    if (id !== tweetId) all.set(tweetId, [...others, { id, actorId }].sort(byNewest));
  }
  return all;
}

/** Newest first, one an actor: who took a retweet back and made it again may have two for a while. */
export function newestByActor(retweets: readonly Retweet[]): Retweet[] {
  const newest = new Map<string, Retweet>();
  for (const one of [...retweets].sort(byNewest)) if (!newest.has(one.actorId)) newest.set(one.actorId, one);
  return [...newest.values()];
}

/** At most one query a database. What does not answer says nothing: a tweet may then show twice. */
async function readRetweets(ctx: Ctx, tweetIds: readonly string[], actors: readonly string[]) {
  const byShard = groupBy(tweetIds, (id) => ctx.shards.indexOf(id));
  const parts = await Promise.all(
    [...byShard].map(async ([index, ids]) => {
      try {
        return [...(await ctx.dependencies.guard(`shard:${index}`, () => readRetweetsBy(ctx, index, ids, actors)))];
      } catch (error) {
        if (!(error instanceof DependencyFailed)) throw error;
        return [];
      }
    }),
  );
  return new Map(parts.flat());
}
