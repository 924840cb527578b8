import { ID_MIN } from "../workers/lib/snowflake.ts";
import type { FollowState } from "./packed-pages.ts";
import { byNewest, type TimelineEntry } from "./timeline-entry.ts";
import { TimelineHiding, type HidingMerge } from "./timeline-hiding.ts";
import type { Merge } from "./timeline-pages.ts";

/** Pushes kept for one rebuild; with more, the rebuild starts again. */
const ENTRIES_MAX = 2000;

const highest = (a: string, b: string = ID_MIN): string => (a > b ? a : b);

/** What reaches a timeline while the Worker is still reading the store for it. Kept in memory: if it is lost, so is the base. */
export class TimelineBuilding {
  /** Bases are times, so a rebuilt timeline never answers to the base of an earlier one. */
  readonly base = Date.now() + Math.random();
  readonly #entries: TimelineEntry[] = [];
  /** The highest floor of the merges that came meanwhile: below it their authors are not whole. */
  #floor = ID_MIN;
  readonly #follows = new Map<string, FollowState>();
  readonly #hiding = new TimelineHiding();
  readonly #deleted = new Set<string>();

  /** @returns false where that is more than one rebuild keeps. */
  push(entries: readonly TimelineEntry[]): boolean {
    this.#entries.push(...entries);
    return this.#entries.length <= ENTRIES_MAX;
  }

  remove(tweetIds: readonly string[]): void {
    for (const id of tweetIds) this.#deleted.add(id);
  }

  /** @returns whether the author is followed now. */
  setFollow(authorId: string, follow: FollowState): boolean {
    if ((this.#follows.get(authorId)?.version ?? 0) < follow.version) this.#follows.set(authorId, follow);
    return this.#follows.get(authorId)?.state === 1;
  }

  hide(merge: HidingMerge): void {
    this.#hiding.apply(merge);
  }

  /** Keeps the merge of one follow, which may come while the rebuild is still reading. */
  keep(merge: Merge): void {
    this.push(merge.entries);
    this.#floor = highest(this.#floor, merge.floor);
  }

  /** The rebuild's own merge with all that came meanwhile; `deleted` is to be removed after it. */
  finish(merge: Merge): { merge: Merge; deleted: readonly string[] } {
    const follows = new Map(merge.follows);
    for (const [author, follow] of this.#follows) {
      if ((follows.get(author)?.version ?? 0) < follow.version) follows.set(author, follow);
    }
    const isGone = (entry: TimelineEntry) => this.#deleted.has(entry.tweetId) || this.#deleted.has(entry.id);
    const entries = [...merge.entries, ...this.#entries].filter((entry) => !isGone(entry)).sort(byNewest);
    if (merge.hiding !== undefined) this.#hiding.apply(merge.hiding);
    const [hiding, floor] = [this.#hiding.all(), highest(this.#floor, merge.floor)];
    return { merge: { ...merge, follows, hiding, entries, floor }, deleted: [...this.#deleted] };
  }
}
