import { ID_MAX, idBefore } from "../workers/lib/snowflake.ts";
import { EntryShelf, type PageStore } from "./entry-shelf.ts";
import { packFollows, unpackFollows, type FollowState } from "./packed-pages.ts";
import {
  findShown,
  linesOf,
  readShown,
  shownFrom,
  type PageRange,
  type Shown,
  type TimelineLines,
} from "./shown-entries.ts";
import type { TimelineEntry } from "./timeline-entry.ts";
import { TimelineHiding, type HidingMerge } from "./timeline-hiding.ts";

export type { PageRange, PageStore };

const FOLLOWS_KEY = -1;
const HIDING_KEY = -2;
const TOMBSTONES_MAX = 200;

export interface TimelineSettings {
  readonly ownerId: string;
  readonly entriesMax: number;
  /** Milliseconds after the owner's stored visit for which every push is written. */
  readonly presentMs: number;
}

/** What a merge brings. */
export interface Merge {
  readonly entries: readonly TimelineEntry[];
  /** `entries` are complete above this id, for the authors they were read for. */
  readonly floor?: string;
  /** Complete up to here, for everyone followed. */
  readonly through?: string;
  /** Who is followed and who no longer is, with versions; applied where higher. */
  readonly follows?: ReadonlyMap<string, FollowState>;
  /** Whom the reader does not see. */
  readonly hiding?: HidingMerge;
  /** The reader's visit as it now stands in the reader's shard. */
  readonly seenAt?: number;
  /** The entries are all there is above this id, for everyone followed: what rested and was lost is among them. */
  readonly wholeAbove?: string;
}

/**
 * A home timeline: entries on a shelf of packed pages, who is followed, and who is hidden, each in a row of its own. It
 * says what may come in and what must go. Pure but for its store: the Durable Object is a thin shell round this.
 */
export class TimelinePages implements TimelineLines {
  readonly ownerId: string;
  readonly #store: PageStore;
  readonly #shelf: EntryShelf;
  #follows: Map<string, FollowState> | null = null;
  #hiding: TimelineHiding | null = null;
  readonly #presentMs: number;
  /** What rested when the memory before this one was lost: entries above that id may be missing. */
  #lostAbove: string | null;

  private constructor(store: PageStore, settings: TimelineSettings, shelf: EntryShelf) {
    this.ownerId = settings.ownerId;
    this.#presentMs = settings.presentMs;
    this.#store = store;
    this.#shelf = shelf;
    this.#lostAbove = shelf.head.restsAbove;
  }

  /** The stored timeline, or null where there is none. One row read. */
  static open(store: PageStore, settings: TimelineSettings): TimelinePages | null {
    const shelf = EntryShelf.open(store, settings.entriesMax);
    return shelf === null ? null : new TimelinePages(store, settings, shelf);
  }

  /** A new timeline; `merge` fills and writes it. */
  static create(store: PageStore, settings: TimelineSettings, base: number): TimelinePages {
    const pages = new TimelinePages(store, settings, EntryShelf.create(store, settings.entriesMax, base));
    pages.#follows = new Map();
    return pages;
  }

  get base(): number {
    return this.#shelf.head.base;
  }
  get floor(): string {
    return this.#shelf.head.floor;
  }
  get through(): string {
    return this.#shelf.head.through;
  }
  get seenAt(): number {
    return this.#shelf.head.seenAt;
  }
  /** Entries above this id may be missing until a merge brings what was lost with the memory; null where none are. */
  get lostAbove(): string | null {
    return this.#lostAbove;
  }
  /** The newest of what was deleted or undone above the floor. */
  get tombstones(): readonly string[] {
    return this.#shelf.head.tombstones;
  }
  get retweets(): boolean {
    return this.#shelf.head.retweets;
  }
  get follows(): ReadonlyMap<string, FollowState> {
    return this.#loadFollows();
  }

  /** Whom the owner does not see. One row read at the first use, none where there is nobody. */
  get hiding(): TimelineHiding {
    if (this.#hiding === null) {
      const bytes = this.#shelf.head.hiding ? this.#store.load(HIDING_KEY) : null;
      this.#hiding = bytes === null ? new TimelineHiding() : TimelineHiding.unpack(bytes);
    }
    return this.#hiding;
  }

  /** True for the owner and for whoever is followed now. */
  isFollowed(userId: string): boolean {
    return userId === this.ownerId || this.#loadFollows().get(userId)?.state === 1;
  }

  /** Everybody whom the owner follows now. */
  followed(): string[] {
    return [...this.#loadFollows()].filter(([, { state }]) => state === 1).map(([author]) => author);
  }

  all(): Iterable<readonly TimelineEntry[]> {
    return this.#shelf.pages();
  }

  below(before: string): Iterable<readonly TimelineEntry[]> {
    return this.#shelf.pages(before);
  }

  /** What of a range the owner gets to see. */
  read(range: PageRange): Shown {
    return readShown(this, range);
  }

  /** Those of `tweetIds` that show at or above `above`. */
  heldAbove(tweetIds: readonly string[], above: string, now: number): string[] {
    return findShown(this, tweetIds, above, now);
  }

  /** Ids of what shows at or above `least`, newest first, each tweet at its newest. */
  shownFrom(least: string, now: number): string[] {
    return shownFrom(this, least, now);
  }

  /** All lines that would show of what `ids` name, tweets or retweets. */
  linesOf(ids: ReadonlySet<string>, now: number): TimelineEntry[] {
    return linesOf(this, ids, now);
  }

  /**
   * Takes pushed entries in. While the owner is away they rest in memory: to read them from the store on the way back costs
   * less than a row for each. What rests is noted once, before the first is taken in.
   * @param now Unix milliseconds.
   * @param here true where the owner is known to be here, whatever the stored visit says.
   * @returns how many were new; those of people not followed, below the floor or deleted are not.
   */
  push(entries: readonly TimelineEntry[], now: number, here = false): number {
    const fresh = this.#admitted(entries);
    if (fresh.length === 0) return 0;
    const { head } = this.#shelf;
    const away = !here && now - head.seenAt > this.#presentMs;
    if (away && head.restsAbove === null) {
      head.restsAbove = idBefore(fresh.reduce((least, { id }) => (id < least ? id : least), ID_MAX));
      this.#shelf.add(fresh);
    } else {
      const rests = (entry: TimelineEntry) => away && head.restsAbove !== null && entry.id > head.restsAbove;
      const resting = fresh.filter((entry) => rests(entry));
      const kept = this.#shelf.rest(resting) ? fresh.filter((entry) => !rests(entry)) : fresh;
      if (kept.length > 0) this.#shelf.add(kept);
    }
    return fresh.length;
  }

  /**
   * Removes tweets with all their retweets, or single retweets, and remembers them as gone, so that a late push does not
   * bring them back.
   */
  remove(ids: readonly string[]): void {
    const { head } = this.#shelf;
    // What is remembered as gone is not here. Below the floor are tweets whose retweets may stand above it.
    const gone = new Set(ids.filter((id) => !this.#isGone(id) && (id > head.floor || head.retweets)));
    if (gone.size === 0) return;
    const dropped = this.#shelf.dropWhere((entry) => gone.has(entry.tweetId) || gone.has(entry.id));
    const fresh = [...gone].filter((id) => id > head.floor);
    if (fresh.length === 0 && !dropped) return;
    head.tombstones = [...head.tombstones, ...fresh].sort().reverse().slice(0, TOMBSTONES_MAX);
    this.#shelf.saveHead();
  }

  /** Applies a follow's state where its version is higher than what is known; whoever is not followed leaves the timeline. */
  setFollow(authorId: string, follow: FollowState): void {
    const follows = this.#loadFollows();
    if ((follows.get(authorId)?.version ?? 0) >= follow.version) return;
    follows.set(authorId, follow);
    this.#store.save(FOLLOWS_KEY, packFollows(follows));
    if (follow.state === 0 && this.#shelf.dropWhere((entry) => entry.actorId === authorId)) this.#shelf.saveHead();
  }

  /** Applies what is newer of how the owner stands to others. Entries of the hidden stay: they may be seen again. */
  applyHiding(merge: HidingMerge): void {
    if (this.#mergeHiding(merge)) this.#shelf.saveHead();
  }

  /** Merges what was read from the store. The floor only rises, and so does `through`. */
  merge(merge: Merge): void {
    this.#mergeFollows(merge.follows);
    if (merge.hiding !== undefined) this.#mergeHiding(merge.hiding);
    const { head } = this.#shelf;
    if (merge.floor !== undefined && merge.floor > head.floor) head.floor = merge.floor;
    if (merge.through !== undefined && merge.through > head.through) head.through = merge.through;
    if (merge.seenAt !== undefined && merge.seenAt > head.seenAt) head.seenAt = merge.seenAt;
    const lost = this.#lostAbove;
    if (lost !== null && merge.wholeAbove !== undefined && merge.wholeAbove <= lost) this.#lostAbove = null;
    // The merge writes the head with all that rests there.
    if (this.#lostAbove === null) head.restsAbove = null;
    this.#shelf.add(this.#admitted(merge.entries), true);
  }

  /** @returns true where the head is to be saved. */
  #mergeHiding(merge: HidingMerge): boolean {
    if (!this.hiding.apply(merge)) return false;
    this.#store.save(HIDING_KEY, this.hiding.pack());
    const first = !this.#shelf.head.hiding;
    this.#shelf.head.hiding = true;
    return first;
  }

  #mergeFollows(given: ReadonlyMap<string, FollowState> | undefined): void {
    if (given === undefined) return;
    const follows = this.#loadFollows();
    let changed = follows.size === 0;
    const ended = new Set<string>();
    for (const [author, follow] of given) {
      if ((follows.get(author)?.version ?? 0) >= follow.version) continue;
      follows.set(author, follow);
      if (follow.state === 0) ended.add(author);
      changed = true;
    }
    if (changed) this.#store.save(FOLLOWS_KEY, packFollows(follows));
    // The event of that unfollow will be no news, so its entries go now; the merge saves the head.
    if (ended.size > 0) this.#shelf.dropWhere((entry) => ended.has(entry.actorId));
  }

  #admitted(entries: readonly TimelineEntry[]): TimelineEntry[] {
    const { floor } = this.#shelf.head;
    const known = new Set<string>();
    return entries.filter((entry) => {
      if (entry.id <= floor || known.has(entry.id) || !this.isFollowed(entry.actorId)) return false;
      if (this.#isGone(entry.tweetId) || this.#isGone(entry.id) || this.#shelf.holds(entry.id)) {
        return false;
      }
      known.add(entry.id);
      return true;
    });
  }

  #loadFollows(): Map<string, FollowState> {
    if (this.#follows === null) {
      const bytes = this.#store.load(FOLLOWS_KEY);
      this.#follows = bytes === null ? new Map<string, FollowState>() : unpackFollows(bytes);
    }
    return this.#follows;
  }

  /** True for what was deleted above the floor; below it hydration guards, whether it is still noted or not. */
  #isGone(id: string): boolean {
    const { floor, tombstones } = this.#shelf.head;
    return id > floor && tombstones.includes(id);
  }
}
