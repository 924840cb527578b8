import { encodeCursor } from "../lib/cursor.ts";
import type { Ctx } from "../lib/context.ts";
import { ID_MAX, ID_MIN, idBefore, unpadId } from "../lib/snowflake.ts";
import type { ShownTweet, TimelinePage } from "./answers.ts";
import type { Place } from "./rules.ts";
import type { IdRange, Skeleton, SkeletonEntry } from "./skeleton.ts";
import type { Viewing } from "./viewing.ts";
import { readVisibleTweets, type VisibleTweet, type VisibleTweets } from "./visible-tweets.ts";

export interface FilledPage {
  readonly views: readonly ShownTweet[];
  /** Where the next page goes on (exclusive); null at the end. */
  readonly position: string | null;
  readonly degraded: readonly string[];
  readonly settled: string;
}

export interface PageWishes {
  /** True where what one just deleted oneself, in whatever isolate, is not in the list any more. */
  readonly ownLeavesAtOnce?: boolean;
  /** False for what the request leaves out that only the tweets themselves tell. */
  readonly accepts?: (view: VisibleTweet) => boolean;
  /**
   * Takes retweets that were undone out of the list, which is then read again: each stands in the way of its tweet, which
   * others may have brought further down.
   */
  readonly forget?: (retweetIds: readonly string[]) => Promise<void>;
}

/** Some more ids than asked for, so that a few that turn out hidden cost no second round. */
const SPARE = 5;
/** A round asks for twice as many as the one before, up to this. */
const COUNT_MAX = 800;
/** A page that rules empty again and again ends here and carries its `next_token`. */
const ROUNDS_MAX = 8;

interface Filling {
  readonly views: ShownTweet[];
  readonly shown: Set<string>;
  readonly degraded: Set<string>;
  /** Shards that gave no content: they are not asked again for this page. */
  readonly unreadable: Set<string>;
  readonly forgotten: Set<string>;
  settled: string;
  position: string;
  end: boolean;
}

/**
 * Skeleton -> hydrate -> rules, until the page is full or the list ends: tweets that are gone, hidden, or whose shard does
 * not answer, are replaced by older ones, and a tweet shows once.
 */
export async function fillPage(
  ctx: Ctx,
  viewing: Viewing,
  place: Place,
  range: IdRange,
  skeletonOf: (range: IdRange) => Promise<Skeleton>,
  wishes: PageWishes = {},
): Promise<FilledPage> {
  const filling: Filling = {
    views: [],
    shown: new Set(),
    degraded: new Set(),
    unreadable: new Set(),
    forgotten: new Set(),
    settled: ID_MAX,
    position: range.before,
    end: false,
  };
  for (let round = 0; round < ROUNDS_MAX && !filling.end && filling.views.length < range.count; round += 1) {
    const count = Math.min(COUNT_MAX, (range.count - filling.views.length) * 2 ** round) + SPARE;
    const skeleton = await skeletonOf({ before: filling.position, since: range.since, count });
    for (const name of skeleton.degraded) filling.degraded.add(name);
    if (skeleton.settled < filling.settled) filling.settled = skeleton.settled;
    await take(ctx, { viewing, place, wishes }, skeleton, range.count, filling);
    // Nothing came although the list goes on: a dependency is down, and asking again would give the same.
    if (skeleton.entries.length === 0 && skeleton.reached === undefined) break;
  }
  const { views, degraded, settled } = filling;
  return { views, position: filling.end ? null : filling.position, degraded: [...degraded], settled };
}

async function take(
  ctx: Ctx,
  { viewing, place, wishes }: { viewing: Viewing; place: Place; wishes: PageWishes },
  skeleton: Skeleton,
  most: number,
  filling: Filling,
): Promise<void> {
  const ids = new Set(skeleton.entries.flatMap((entry) => [entry.id, entry.tweetId, ...retweetIdsOf(entry)]));
  const ownFromStore = wishes.ownLeavesAtOnce !== true || skeleton.entries.some((entry) => entry.retweetsOwn === true);
  const options = { ownFromStore, without: filling.unreadable };
  const visible = await readVisibleTweets(ctx, viewing, place, ids, options);
  for (const name of visible.failed) {
    filling.degraded.add(name);
    filling.unreadable.add(name);
  }
  if (await forgetUndone(wishes, skeleton, visible, filling)) return;
  const { accepts = () => true } = wishes;
  for (const [index, entry] of skeleton.entries.entries()) {
    if (filling.views.length === most) return;
    filling.position = entry.id;
    if (visible.unread.has(entry.id) || visible.unread.has(entry.tweetId)) leaveOut(entry, filling);
    const view = visible.views.get(entry.id);
    // Elsewhere a retweet stands beside its tweet, whatever the size of the page.
    const shownAs = place === "timeline" ? entry.tweetId : entry.id;
    if (view !== undefined && accepts(view) && !filling.shown.has(shownAs)) {
      filling.shown.add(shownAs);
      filling.views.push(withRetweeters(view, entry, visible));
    }
    if (index === skeleton.entries.length - 1) finish(skeleton, filling);
  }
  if (skeleton.entries.length === 0) finish(skeleton, filling);
}

const retweetIdsOf = ({ id, tweetId, retweets = [] }: SkeletonEntry): string[] =>
  id === tweetId ? [] : [id, ...retweets.map((retweet) => retweet.id)];

/** Names those whose retweets the viewer may see. */
function withRetweeters(view: VisibleTweet, { retweets }: SkeletonEntry, { views }: VisibleTweets): ShownTweet {
  if (retweets === undefined) return view;
  return { ...view, retweeters: retweets.filter(({ id }) => views.has(id)).map(({ actorId }) => actorId) };
}

/** @returns true where the part must be read again. */
async function forgetUndone(
  { forget }: PageWishes,
  { entries }: Skeleton,
  { standing, unread }: VisibleTweets,
  filling: Filling,
): Promise<boolean> {
  const undone = entries
    .flatMap(retweetIdsOf)
    .filter((id) => !standing.has(id) && !unread.has(id) && !filling.forgotten.has(id));
  if (forget === undefined || undone.length === 0) return false;
  for (const id of undone) filling.forgotten.add(id);
  await forget(undone);
  return true;
}

/** All of a part was taken: the next begins where it ended. */
function finish(skeleton: Skeleton, filling: Filling): void {
  filling.end = skeleton.end;
  if (skeleton.reached !== undefined && skeleton.reached < filling.position) filling.position = skeleton.reached;
}

/** What is left out must turn up for a client that polls: it may rely only on what is below. */
function leaveOut(entry: SkeletonEntry, filling: Filling): void {
  const below = idBefore(entry.id);
  if (below < filling.settled) filling.settled = below;
}

/** A filled page with what goes on from it; `list` names the list for its tokens. */
export function pageOf(ctx: Ctx, list: string, filled: FilledPage): TimelinePage {
  const { views, position, degraded, settled } = filled;
  const first = views[0]?.tweet.id;
  const last = views.at(-1)?.tweet.id;
  const newest = first === undefined || first < settled ? first : settled;
  return {
    views,
    meta: {
      ...(newest === undefined || newest === ID_MIN ? {} : { newest_id: unpadId(newest) }),
      ...(last === undefined ? {} : { oldest_id: unpadId(last) }),
      ...(position === null ? {} : { next_token: encodeCursor(ctx, list, position) }),
      ...(degraded.length === 0 ? {} : { degraded }),
    },
  };
}
