import { packFollows, packHead, packPage, unpackFollows, unpackHead, unpackPage } from "./packed-pages.ts";
import type { FollowState, SealedPage, TimelineHead } from "./packed-pages.ts";
import { byNewest, type TimelineEntry } from "./timeline-entry.ts";

/** Rows of packed bytes under small integer keys. */
export interface PageStore {
  load(key: number): ArrayBuffer | null;
  save(key: number, bytes: Uint8Array): void;
  remove(key: number): void;
}

const HEAD_KEY = 0;
const FOLLOWS_KEY = -1;
const TOMBSTONES_MAX = 200;
const PAGE_ENTRIES = 64;
/** A small timeline has small pages, so that trimming by whole pages still keeps most of what it may keep. */
const pageEntriesOf = (entriesMax: number): number => Math.max(1, Math.min(PAGE_ENTRIES, Math.floor(entriesMax / 8)));
/** A merge of more entries than this writes all pages anew instead of one row for each. */
const INSERTS_MAX = 8;

export interface TimelineSettings {
  readonly ownerId: string;
  readonly entriesMax: number;
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
  /** The reader's visit as it now stands in the reader's shard. */
  readonly seenAt?: number;
}

/**
 * A home timeline over packed pages: a head page with the newest entries (64 to 127 of them) and everything a push must
 * write, and sealed pages of 64 behind it. Pure but for its store: the Durable Object is a thin shell round this.
 */
export class TimelinePages {
  readonly #store: PageStore;
  readonly #settings: TimelineSettings;
  readonly #pageEntries: number;
  readonly #head: TimelineHead;
  #newest: TimelineEntry[];
  readonly #sealed = new Map<number, TimelineEntry[]>();
  #follows: Map<string, FollowState> | null = null;

  private constructor(store: PageStore, settings: TimelineSettings, head: TimelineHead, newest: TimelineEntry[]) {
    this.#store = store;
    this.#settings = settings;
    this.#head = head;
    this.#newest = newest;
    this.#pageEntries = pageEntriesOf(settings.entriesMax);
  }

  /** The stored timeline, or null where there is none. One row read. */
  static open(store: PageStore, settings: TimelineSettings): TimelinePages | null {
    const bytes = store.load(HEAD_KEY);
    if (bytes === null) return null;
    const { head, entries } = unpackHead(bytes);
    return new TimelinePages(store, settings, head, entries);
  }

  /** A new timeline; `merge` fills and writes it. */
  static create(store: PageStore, settings: TimelineSettings, base: number): TimelinePages {
    const zero = "0".repeat(19);
    const head = { base, floor: zero, through: zero, seenAt: 0, nextKey: 1, sealed: [], tombstones: [] };
    const pages = new TimelinePages(store, settings, head, []);
    pages.#follows = new Map();
    return pages;
  }

  get base(): number {
    return this.#head.base;
  }
  get floor(): string {
    return this.#head.floor;
  }
  get through(): string {
    return this.#head.through;
  }
  get seenAt(): number {
    return this.#head.seenAt;
  }
  get follows(): ReadonlyMap<string, FollowState> {
    return this.#loadFollows();
  }

  /** True for the owner and for whoever is followed now. */
  admits(actorId: string): boolean {
    return actorId === this.#settings.ownerId || this.#loadFollows().get(actorId)?.state === 1;
  }

  /**
   * The newest `count` entries below `before` and above `since` and the floor.
   * @returns `more`: true where the timeline has further ones in that range.
   */
  read(range: { before: string; since: string; count: number }): { entries: TimelineEntry[]; more: boolean } {
    const least = range.since > this.#head.floor ? range.since : this.#head.floor;
    const entries: TimelineEntry[] = [];
    for (const page of this.#pagesBelow(range.before)) {
      for (const entry of page) {
        if (entry.id >= range.before) continue;
        if (entry.id <= least) return { entries, more: false };
        if (entries.length === range.count) return { entries, more: true };
        entries.push(entry);
      }
    }
    return { entries, more: false };
  }

  /** Takes pushed entries in. @returns how many were new; those of people not followed, below the floor or deleted are not. */
  push(entries: readonly TimelineEntry[]): number {
    const fresh = this.#admitted(entries);
    if (fresh.length > 0) this.#insert(fresh);
    return fresh.length;
  }

  /** Removes tweets and remembers them as deleted, so that a late push does not bring them back. */
  remove(tweetIds: readonly string[]): void {
    const gone = new Set(tweetIds.filter((id) => id > this.#head.floor && !this.#head.tombstones.includes(id)));
    if (gone.size === 0) return;
    this.#head.tombstones = [...this.#head.tombstones, ...gone].sort().reverse().slice(0, TOMBSTONES_MAX);
    this.#dropWhere((entry) => gone.has(entry.tweetId));
    this.#saveHead();
  }

  /** Applies a follow's state where its version is higher than what is known; whoever is not followed leaves the timeline. */
  setFollow(authorId: string, follow: FollowState): void {
    const follows = this.#loadFollows();
    if ((follows.get(authorId)?.version ?? 0) >= follow.version) return;
    follows.set(authorId, follow);
    this.#store.save(FOLLOWS_KEY, packFollows(follows));
    if (follow.state === 0 && this.#dropWhere((entry) => entry.actorId === authorId)) this.#saveHead();
  }

  /** Merges what was read from the store. The floor only rises, and so does `through`. */
  merge(merge: Merge): void {
    this.#mergeFollows(merge.follows);
    const head = this.#head;
    if (merge.floor !== undefined && merge.floor > head.floor) head.floor = merge.floor;
    if (merge.through !== undefined && merge.through > head.through) head.through = merge.through;
    if (merge.seenAt !== undefined && merge.seenAt > head.seenAt) head.seenAt = merge.seenAt;
    const fresh = this.#admitted(merge.entries);
    if (fresh.length > INSERTS_MAX) this.#repack(fresh);
    else this.#insert(fresh, true);
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
    if (ended.size > 0) this.#dropWhere((entry) => ended.has(entry.actorId));
  }

  #admitted(entries: readonly TimelineEntry[]): TimelineEntry[] {
    const known = new Set<string>();
    return entries.filter((entry) => {
      if (entry.id <= this.#head.floor || known.has(entry.id) || !this.admits(entry.actorId)) return false;
      if (this.#head.tombstones.includes(entry.tweetId) || this.#holds(entry.id)) return false;
      known.add(entry.id);
      return true;
    });
  }

  #holds(id: string): boolean {
    const page = this.#pageFor(id);
    const entries = page === null ? this.#newest : this.#loadSealed(page);
    return entries.some((entry) => entry.id === id);
  }

  /** The sealed page an id belongs to, or null for the head. */
  #pageFor(id: string): SealedPage | null {
    const { sealed } = this.#head;
    const first = sealed[0];
    if (first === undefined || id > first.newest) return null;
    for (let index = sealed.length - 1; index >= 0; index -= 1) {
      const page = sealed[index];
      if (page !== undefined && id <= page.newest) return page;
    }
    return null;
  }

  #insert(fresh: readonly TimelineEntry[], headChanged = false): void {
    const touched = new Set<SealedPage>();
    for (const entry of fresh) {
      const page = this.#pageFor(entry.id);
      const entries = page === null ? this.#newest : this.#loadSealed(page);
      const at = entries.findIndex((other) => other.id < entry.id);
      entries.splice(at === -1 ? entries.length : at, 0, entry);
      if (page === null) headChanged = true;
      else touched.add(page);
    }
    for (const page of touched) {
      page.count = this.#loadSealed(page).length;
      this.#saveSealed(page);
    }
    const cut = this.#sealHead();
    const trimmed = this.#trim();
    // The head knows how many entries each page holds: trimming goes by it.
    if (headChanged || touched.size > 0 || cut || trimmed) this.#saveHead();
  }

  /** Cuts the oldest entries off a full head into pages of their own. */
  #sealHead(): boolean {
    let cut = false;
    while (this.#newest.length >= 2 * this.#pageEntries) {
      const oldest = this.#newest.splice(this.#newest.length - this.#pageEntries);
      this.#seal(oldest, "front");
      cut = true;
    }
    return cut;
  }

  #seal(entries: TimelineEntry[], where: "front" | "back"): void {
    const [first] = entries;
    if (first === undefined) return;
    const page: SealedPage = { key: this.#head.nextKey, newest: first.id, count: entries.length };
    this.#head.nextKey += 1;
    this.#sealed.set(page.key, entries);
    if (where === "front") this.#head.sealed.unshift(page);
    else this.#head.sealed.push(page);
    this.#saveSealed(page);
  }

  /** Drops whole pages from the end until at most `entriesMax` are left; the floor rises over what was dropped. */
  #trim(): boolean {
    let total = this.#newest.length + this.#head.sealed.reduce((sum, page) => sum + page.count, 0);
    let trimmed = false;
    while (total > this.#settings.entriesMax) {
      const last = this.#head.sealed.pop();
      if (last === undefined) {
        const dropped = this.#newest.splice(this.#settings.entriesMax);
        this.#head.floor = dropped[0]?.id ?? this.#head.floor;
        return true;
      }
      this.#store.remove(last.key);
      this.#sealed.delete(last.key);
      total -= last.count;
      if (last.newest > this.#head.floor) this.#head.floor = last.newest;
      trimmed = true;
    }
    const { floor } = this.#head;
    if (trimmed) this.#head.tombstones = this.#head.tombstones.filter((id) => id > floor);
    return trimmed;
  }

  /** Writes all pages anew, with `fresh` among the entries. */
  #repack(fresh: readonly TimelineEntry[]): void {
    const { floor } = this.#head;
    const all = [...this.#newest, ...this.#head.sealed.flatMap((page) => this.#loadSealed(page)), ...fresh]
      .filter((entry) => entry.id > floor)
      .sort(byNewest);
    for (const page of this.#head.sealed) this.#store.remove(page.key);
    this.#sealed.clear();
    this.#head.sealed = [];
    if (all.length > this.#settings.entriesMax) {
      this.#head.floor = all[this.#settings.entriesMax]?.id ?? floor;
      all.length = this.#settings.entriesMax;
    }
    const inHead = Math.min(all.length, this.#pageEntries + (all.length % this.#pageEntries));
    this.#newest = all.slice(0, inHead);
    for (let at = inHead; at < all.length; at += this.#pageEntries) {
      this.#seal(all.slice(at, at + this.#pageEntries), "back");
    }
    this.#saveHead();
  }

  /** Removes entries everywhere and writes the sealed pages that changed. @returns true where any was removed. */
  #dropWhere(gone: (entry: TimelineEntry) => boolean): boolean {
    let dropped = false;
    for (const page of this.#head.sealed) {
      const entries = this.#loadSealed(page);
      const kept = entries.filter((entry) => !gone(entry));
      if (kept.length === entries.length) continue;
      this.#sealed.set(page.key, kept);
      page.count = kept.length;
      this.#saveSealed(page);
      dropped = true;
    }
    const kept = this.#newest.filter((entry) => !gone(entry));
    dropped ||= kept.length < this.#newest.length;
    this.#newest = kept;
    return dropped;
  }

  *#pagesBelow(before: string): Generator<readonly TimelineEntry[]> {
    yield this.#newest;
    const { sealed } = this.#head;
    for (const [index, page] of sealed.entries()) {
      const next = sealed[index + 1];
      // A page whose every id is above the range need not be loaded.
      if (next !== undefined && next.newest >= before) continue;
      yield this.#loadSealed(page);
    }
  }

  #loadSealed(page: SealedPage): TimelineEntry[] {
    let entries = this.#sealed.get(page.key);
    if (entries === undefined) {
      const bytes = this.#store.load(page.key);
      if (bytes === null) throw new Error(`page ${page.key} is missing`);
      this.#sealed.set(page.key, (entries = unpackPage(bytes)));
    }
    return entries;
  }

  #loadFollows(): Map<string, FollowState> {
    if (this.#follows === null) {
      const bytes = this.#store.load(FOLLOWS_KEY);
      this.#follows = bytes === null ? new Map<string, FollowState>() : unpackFollows(bytes);
    }
    return this.#follows;
  }

  #saveSealed(page: SealedPage): void {
    this.#store.save(page.key, packPage(this.#sealed.get(page.key) ?? []));
  }

  #saveHead(): void {
    this.#store.save(HEAD_KEY, packHead(this.#head, this.#newest));
  }
}
