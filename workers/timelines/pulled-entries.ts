import { isRetweet, repliesElsewhere, type TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import type { SkeletonEntry } from "../hydrate/skeleton.ts";
import { STRANGER, type Standing, type Viewing } from "../hydrate/viewing.ts";
import { groupBy } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";
import { ID_MAX, ID_MIN, idBefore } from "../lib/snowflake.ts";
import { readFeeds } from "./pull-feeds.ts";
import { readStore, type TimelineRange } from "./read-store.ts";

export interface Pulled {
  readonly entries: readonly (SkeletonEntry & TimelineEntry)[];
  /** The feeds are complete above this id. */
  readonly floor: string;
  readonly failed: readonly string[];
  /** What feeds brought above the part that is read here, by tweet. */
  readonly furtherUp: ReadonlyMap<string, readonly TimelineEntry[]>;
}

/**
 * What the followed pull authors have in the range, with the highest floor of their feeds. What the timeline knows to be
 * gone counts at once: the reader may have deleted it, and a feed and this isolate's memory may not know yet.
 */
export async function readPulled(
  ctx: Ctx,
  viewing: Viewing,
  userId: string,
  home: { readonly pulled: readonly string[]; readonly gone?: readonly string[] },
  range: TimelineRange,
): Promise<Pulled> {
  const { pulled: authors, gone = [] } = home;
  if (authors.length === 0) return { entries: [], floor: ID_MIN, failed: [], furtherUp: new Map() };
  const { feeds, missing, failed } = await readFeeds(ctx, authors);
  const all: TimelineEntry[] = [];
  let floor = ID_MIN;
  for (const feed of feeds.values()) {
    floor = floor > feed.floor ? floor : feed.floor;
    all.push(...feed.entries);
  }
  const failures = new Set(failed ? ["feeds"] : []);
  if (missing.length > 0) {
    // KV has no feed for these yet, or could not say: the store can, for as many as a page may cost.
    const most = ctx.limits.DEGRADED_AUTHORS_MAX;
    const read = await readStore(ctx, missing.slice(0, most), range);
    const last = read.end ? undefined : read.entries.at(-1);
    if (last !== undefined && idBefore(last.id) > floor) floor = idBefore(last.id);
    all.push(...read.entries);
    for (const name of read.failed) failures.add(name);
    if (missing.length > most) failures.add("feeds");
  }
  const isGone = (entry: TimelineEntry) => gone.includes(entry.id) || gone.includes(entry.tweetId);
  const wanted = all.filter((entry) => isWanted(entry, range) && !isGone(entry));
  const here = newestPerAuthor(wanted, range);
  const fitting = await fitIn(ctx, viewing, userId, here, range);
  const above = wanted.filter((entry) => entry.id >= range.before);
  const furtherUp = groupBy(above, (entry) => entry.tweetId);
  return {
    entries: fitting.filter((entry) => !furtherUp.has(entry.tweetId)).map((entry) => withItself(entry)),
    floor,
    failed: [...failures],
    furtherUp,
  };
}

/** True for an entry that `range` does not exclude. */
export const isWanted = (entry: TimelineEntry, range: TimelineRange): boolean =>
  !(range.withoutRetweets === true && isRetweet(entry)) &&
  range.undone?.has(entry.id) !== true &&
  !(range.withoutReplies === true && entry.replyToId !== undefined);

const withItself = (entry: TimelineEntry): SkeletonEntry & TimelineEntry =>
  isRetweet(entry) ? { ...entry, retweets: [{ id: entry.id, actorId: entry.actorId }] } : entry;

/** Of each author as many as a page has places. */
function newestPerAuthor(entries: readonly TimelineEntry[], range: TimelineRange): TimelineEntry[] {
  const taken = new Map<string, number>();
  return entries.filter(({ id, actorId }) => {
    const before = taken.get(actorId) ?? 0;
    if (id >= range.before || id <= range.since || before >= range.count) return false;
    taken.set(actorId, before + 1);
    return true;
  });
}

/**
 * Leaves out replies to people not followed, and tweets that the timeline brought further up. Only such entries need the
 * timeline's word, in one more call.
 */
async function fitIn(
  ctx: Ctx,
  viewing: Viewing,
  userId: string,
  entries: readonly TimelineEntry[],
  range: TimelineRange,
): Promise<readonly TimelineEntry[]> {
  const followsNobody = () => false;
  const answered = entries.flatMap((entry) =>
    entry.replyToId !== undefined && repliesElsewhere(entry, userId, followsNobody) ? [entry.replyToId] : [],
  );
  const tweetIds =
    range.before === ID_MAX || range.withoutRetweets === true ? [] : entries.map((entry) => entry.tweetId);
  if (answered.length === 0 && tweetIds.length === 0) return entries;
  const { standings, held } = await checkHome(ctx, userId, {
    userIds: [...new Set(answered)],
    tweetIds: [...new Set(tweetIds)],
    above: range.before,
  });
  for (const [id, standing] of standings) viewing.learn(id, standing);
  const isFollowed = (other: string) => standings.get(other)?.following === true;
  return entries.filter((entry) => !repliesElsewhere(entry, userId, isFollowed) && !held.has(entry.tweetId));
}

/** Asks the timeline of `userId` how its owner stands to others, and which tweets it shows at or above an id. */
export async function checkHome(
  ctx: Ctx,
  userId: string,
  asked: { readonly userIds: readonly string[]; readonly tweetIds: readonly string[]; readonly above: string },
): Promise<{ standings: ReadonlyMap<string, Standing>; held: ReadonlySet<string> }> {
  const answer = await ctx.dependencies.guard("timeline", async () => {
    const found = await ctx.homeTimeline(userId).check({ ...asked, now: ctx.clock.now() });
    if (found.state === "cold") throw new Error("the timeline went cold while it was read");
    return { standings: found.standings, held: found.held };
  });
  const standings = Object.entries(answer.standings).map(([id, one]): [string, Standing] => [
    id,
    { ...STRANGER, ...one },
  ]);
  return { standings: new Map(standings), held: new Set(answer.held) };
}
