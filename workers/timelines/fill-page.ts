import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import { hydrateTweets, type TweetView } from "../hydrate/tweets.ts";
import type { Ctx } from "../lib/context.ts";
import type { Viewer } from "../lib/route.ts";
import { ID_MAX, idBefore } from "../lib/snowflake.ts";
import type { Skeleton } from "./home-skeleton.ts";
import type { IdRange } from "./read-store.ts";

export interface FilledPage {
  readonly views: readonly TweetView[];
  /** Where the next page goes on (exclusive); null at the end. */
  readonly position: string | null;
  readonly degraded: readonly string[];
  readonly settled: string;
}

/** Some more ids than asked for, so that a few that turn out hidden cost no second round. */
const SPARE = 5;
/** A round asks for twice as many as the one before, up to this. */
const COUNT_MAX = 800;
/** A page that rules empty again and again ends here and carries its `next_token`. */
const ROUNDS_MAX = 8;

interface Filling {
  readonly views: TweetView[];
  readonly shown: Set<string>;
  readonly degraded: Set<string>;
  /** Shards that gave no content: they are not asked again for this page. */
  readonly unreadable: Set<string>;
  settled: string;
  position: string;
  end: boolean;
}

/**
 * Skeleton -> hydrate -> rules, until the page is full or the list ends: tweets that are gone, or whose shard does not
 * answer, are replaced by older ones, and a tweet shows once.
 */
export async function fillPage(
  ctx: Ctx,
  viewer: Viewer | null,
  range: IdRange,
  skeletonOf: (range: IdRange) => Promise<Skeleton>,
): Promise<FilledPage> {
  const filling: Filling = {
    views: [],
    shown: new Set(),
    degraded: new Set(),
    unreadable: new Set(),
    settled: ID_MAX,
    position: range.before,
    end: false,
  };
  for (let round = 0; round < ROUNDS_MAX && !filling.end && filling.views.length < range.count; round += 1) {
    const count = Math.min(COUNT_MAX, (range.count - filling.views.length) * 2 ** round) + SPARE;
    const skeleton = await skeletonOf({ before: filling.position, since: range.since, count });
    for (const name of skeleton.degraded) filling.degraded.add(name);
    if (skeleton.settled < filling.settled) filling.settled = skeleton.settled;
    await take(ctx, viewer, skeleton, range.count, filling);
    // Nothing came although the list goes on: a dependency is down, and asking again would give the same.
    if (skeleton.entries.length === 0) break;
  }
  const { views, degraded, settled } = filling;
  return { views, position: filling.end ? null : filling.position, degraded: [...degraded], settled };
}

async function take(
  ctx: Ctx,
  viewer: Viewer | null,
  skeleton: Skeleton,
  most: number,
  filling: Filling,
): Promise<void> {
  const hydrated = await hydrateTweets(
    ctx,
    viewer,
    skeleton.entries.map((entry) => entry.tweetId),
    { ownFromStore: false, without: filling.unreadable },
  );
  for (const name of hydrated.failed) {
    filling.degraded.add(name);
    filling.unreadable.add(name);
  }
  for (const [index, entry] of skeleton.entries.entries()) {
    if (filling.views.length === most) return;
    filling.position = entry.id;
    if (hydrated.unread.has(entry.tweetId)) leaveOut(entry, filling);
    const view = hydrated.views.get(entry.tweetId);
    if (view !== undefined && !filling.shown.has(entry.tweetId)) {
      filling.shown.add(entry.tweetId);
      filling.views.push(view);
    }
    if (index === skeleton.entries.length - 1) filling.end = skeleton.end;
  }
  if (skeleton.entries.length === 0) filling.end = skeleton.end;
}

/** What is left out must turn up for a client that polls: it may rely only on what is below. */
function leaveOut(entry: TimelineEntry, filling: Filling): void {
  const below = idBefore(entry.id);
  if (below < filling.settled) filling.settled = below;
}
