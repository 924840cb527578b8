import {
  isRetweet,
  repliesElsewhere,
  RETWEETS_LOOKED_AT_MAX,
  type Retweet,
  type ShownEntry,
  type TimelineEntry,
} from "./timeline-entry.ts";
import type { TimelineHiding } from "./timeline-hiding.ts";

/** What a timeline's owner gets to see of its lines, newest first. Pure: the pages are loaded as they are walked. */
export interface TimelineLines {
  readonly floor: string;
  /** True where a tweet may have several lines. */
  readonly retweets: boolean;
  readonly ownerId: string;
  readonly hiding: TimelineHiding;
  isFollowed(userId: string): boolean;
  all(): Iterable<readonly TimelineEntry[]>;
  /** Without the pages whose every id is at or above `before`. */
  below(before: string): Iterable<readonly TimelineEntry[]>;
}

/** What a page is read by; ids exclusive. */
export interface PageRange {
  readonly before: string;
  readonly since: string;
  readonly count: number;
  /** Unix milliseconds: mutes may have ended. */
  readonly now: number;
  readonly withoutRetweets?: boolean;
  readonly withoutReplies?: boolean;
}

type Wanted = Pick<PageRange, "now" | "withoutRetweets" | "withoutReplies">;

export interface Shown {
  readonly entries: ShownEntry[];
  /** True where the timeline has further entries in the range. */
  readonly more: boolean;
  /** Where the range goes on below the floor: retweets above it that show, of tweets below it, which they bring up. */
  readonly risen?: readonly TimelineEntry[];
}

/**
 * The newest `count` lines below `before` and above `since` and the floor that show, each tweet at its newest: one that
 * stands above `before` does not come again.
 */
export function readShown(lines: TimelineLines, range: PageRange): Shown {
  const read = readRange(lines, range);
  return read.more || range.since >= lines.floor ? read : { ...read, ...risenOver(lines, range) };
}

function readRange(lines: TimelineLines, range: PageRange): Shown {
  const least = range.since > lines.floor ? range.since : lines.floor;
  const found: TimelineEntry[] = [];
  const met = new Set<string>();
  // Where no tweet has two lines, nothing above the range matters.
  const alone = !lines.retweets || range.withoutRetweets === true;
  for (const page of alone ? lines.below(range.before) : lines.all()) {
    for (const entry of page) {
      if (entry.id <= least) return { entries: describe(lines, found, range), more: false };
      if ((alone && entry.id >= range.before) || met.has(entry.tweetId) || !shows(lines, entry, range)) continue;
      met.add(entry.tweetId);
      if (entry.id >= range.before) continue;
      if (found.length === range.count) return { entries: describe(lines, found, range), more: true };
      found.push(entry);
    }
  }
  return { entries: describe(lines, found, range), more: false };
}

function risenOver(lines: TimelineLines, range: PageRange): Pick<Shown, "risen"> {
  if (!lines.retweets || range.withoutRetweets === true) return {};
  const risen = [...showing(lines, lines.floor, range)].filter(
    (entry) => isRetweet(entry) && entry.tweetId <= lines.floor,
  );
  return risen.length === 0 ? {} : { risen };
}

/** Lines at or above `least` and above the floor that show, newest first; a tweet may have several. */
function* showing(lines: TimelineLines, least: string, wanted: Wanted): Generator<TimelineEntry> {
  for (const page of lines.all()) {
    for (const entry of page) {
      if (entry.id < least || entry.id <= lines.floor) return;
      if (shows(lines, entry, wanted)) yield entry;
    }
  }
}

/** Those of `tweetIds` that show at or above `above`. */
export function findShown(lines: TimelineLines, tweetIds: readonly string[], above: string, now: number): string[] {
  const asked = new Set(tweetIds);
  const held = new Set<string>();
  for (const { tweetId } of showing(lines, above, { now })) if (asked.has(tweetId)) held.add(tweetId);
  return [...held];
}

/** Ids of the lines at or above `least` that show, newest first, each tweet at its newest. */
export function shownFrom(lines: TimelineLines, least: string, now: number): string[] {
  const newest = new Map<string, string>();
  for (const { id, tweetId } of showing(lines, least, { now })) if (!newest.has(tweetId)) newest.set(tweetId, id);
  return [...newest.values()];
}

/** All lines that would show and are named in `ids`, by their tweet or by themselves; newest first. */
export function linesOf(lines: TimelineLines, ids: ReadonlySet<string>, now: number): TimelineEntry[] {
  return [...lines.all()]
    .flat()
    .filter((entry) => (ids.has(entry.id) || ids.has(entry.tweetId)) && shows(lines, entry, { now }));
}

function shows(lines: TimelineLines, entry: TimelineEntry, wanted: Wanted): boolean {
  if (wanted.withoutRetweets === true && isRetweet(entry)) return false;
  if (wanted.withoutReplies === true && entry.replyToId !== undefined) return false;
  if (repliesElsewhere(entry, lines.ownerId, (userId) => lines.isFollowed(userId))) return false;
  return !lines.hiding.hides(entry.actorId, wanted.now) && !lines.hiding.hides(entry.authorId, wanted.now);
}

/** Tells who else retweets what is a retweet here; for that alone all pages are looked through. */
function describe(lines: TimelineLines, found: readonly TimelineEntry[], range: PageRange): ShownEntry[] {
  const retweets = new Map(found.filter(isRetweet).map((entry) => [entry.tweetId, new Map<string, Retweet>()]));
  for (const page of retweets.size > 0 ? lines.all() : []) {
    for (const entry of page) {
      if (entry.id <= lines.floor || !isRetweet(entry)) continue;
      const known = retweets.get(entry.tweetId);
      if (known === undefined || known.size === RETWEETS_LOOKED_AT_MAX || !shows(lines, entry, range)) continue;
      const { id, actorId } = entry;
      // Who took a retweet back and made it again may have two lines for a while: the newest counts.
      if (!known.has(actorId)) known.set(actorId, { id, actorId });
    }
  }
  return found.map((entry) => {
    if (!isRetweet(entry)) return { ...entry, authorFollowed: true };
    const authorFollowed = lines.isFollowed(entry.authorId);
    return { ...entry, retweets: [...(retweets.get(entry.tweetId)?.values() ?? [])], authorFollowed };
  });
}
