import { packHead, packPage, unpackHead, unpackPage } from "./packed-pages.ts";
import type { SealedPage, TimelineHead } from "./packed-pages.ts";
import { byNewest, isRetweet, type TimelineEntry } from "./timeline-entry.ts";

/** Rows of packed bytes under small integer keys. */
export interface PageStore {
  load(key: number): ArrayBuffer | null;
  save(key: number, bytes: Uint8Array): void;
  remove(key: number): void;
}

const HEAD_KEY = 0;
const PAGE_ENTRIES = 64;
/** A small timeline has small pages, so that trimming by whole pages still keeps most of what it may keep. */
const pageEntriesOf = (entriesMax: number): number => Math.max(1, Math.min(PAGE_ENTRIES, Math.floor(entriesMax / 8)));
/** More entries than this at once below the head write all pages anew instead of one row for each. */
const INSERTS_BELOW_MAX = 8;
/** Entries that may rest in the head unwritten, at most. */
const RESTING_MAX = 64;
const ID_ZERO = "0".repeat(19);

/**
 * Entries in order over packed rows: a head page with the newest (64 to 127 of them) and everything a push must write, and
 * sealed pages of 64 behind it. Whose entries they are is not its business.
 */
export class EntryShelf {
  readonly head: TimelineHead;
  readonly #store: PageStore;
  readonly #entriesMax: number;
  readonly #pageEntries: number;
  #newest: TimelineEntry[];
  /** Entries taken in since the head was written last. */
  #resting = 0;
  readonly #sealed = new Map<number, TimelineEntry[]>();

  private constructor(store: PageStore, entriesMax: number, head: TimelineHead, newest: TimelineEntry[]) {
    this.head = head;
    this.#store = store;
    this.#entriesMax = entriesMax;
    this.#pageEntries = pageEntriesOf(entriesMax);
    this.#newest = newest;
  }

  /** The stored one, or null where there is none. One row read. */
  static open(store: PageStore, entriesMax: number): EntryShelf | null {
    const bytes = store.load(HEAD_KEY);
    if (bytes === null) return null;
    const { head, entries } = unpackHead(bytes);
    return new EntryShelf(store, entriesMax, head, entries);
  }

  /** An empty one, not yet written. */
  static create(store: PageStore, entriesMax: number, base: number): EntryShelf {
    const nothing = { sealed: [], tombstones: [], retweets: false, hiding: false, restsAbove: null };
    const head = { base, floor: ID_ZERO, through: ID_ZERO, seenAt: 0, nextKey: 1, ...nothing };
    return new EntryShelf(store, entriesMax, head, []);
  }

  /** Entries by pages, newest first; with `before`, without the pages of which every id is at or above it. */
  *pages(before?: string): Generator<readonly TimelineEntry[]> {
    yield this.#newest;
    const { sealed } = this.head;
    for (const [index, page] of sealed.entries()) {
      const next = sealed[index + 1];
      if (before !== undefined && next !== undefined && next.newest >= before) continue;
      yield this.#loadSealed(page);
    }
  }

  holds(id: string): boolean {
    const page = this.#pageFor(id);
    const entries = page === null ? this.#newest : this.#loadSealed(page);
    return entries.some((entry) => entry.id === id);
  }

  /** Takes in entries that it does not hold, and writes the head where it changed, or where the caller changed it. */
  add(fresh: readonly TimelineEntry[], headChanged = false): void {
    const below = fresh.filter((entry) => this.#pageFor(entry.id) !== null).length;
    if (below > INSERTS_BELOW_MAX) this.#repack(fresh);
    else this.#insert(fresh, headChanged);
  }

  /**
   * Takes in entries that it does not hold without writing them: the next write of the head has them too.
   * @returns false where they must be written, for they belong behind the head or too many rest already.
   */
  rest(fresh: readonly TimelineEntry[]): boolean {
    if (this.#resting + fresh.length > RESTING_MAX) return false;
    if (fresh.some((entry) => this.#pageFor(entry.id) !== null)) return false;
    for (const entry of fresh) insertInto(this.#newest, entry);
    this.#resting += fresh.length;
    this.head.retweets ||= fresh.some(isRetweet);
    return true;
  }

  /** Removes entries everywhere and writes the sealed pages that changed. @returns true where the head is to be saved. */
  dropWhere(gone: (entry: TimelineEntry) => boolean): boolean {
    let dropped = false;
    for (const page of this.head.sealed) {
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

  saveHead(): void {
    this.#resting = 0;
    this.#store.save(HEAD_KEY, packHead(this.head, this.#newest));
  }

  #insert(fresh: readonly TimelineEntry[], headChanged: boolean): void {
    const touched = new Set<SealedPage>();
    for (const entry of fresh) {
      const page = this.#pageFor(entry.id);
      insertInto(page === null ? this.#newest : this.#loadSealed(page), entry);
      if (page !== null) touched.add(page);
    }
    for (const page of touched) {
      page.count = this.#loadSealed(page).length;
      this.#saveSealed(page);
    }
    this.head.retweets ||= fresh.some(isRetweet);
    this.#sealHead();
    const trimmed = this.#trim();
    // The head knows how many entries each page holds: trimming goes by it.
    if (headChanged || fresh.length > 0 || trimmed) this.saveHead();
  }

  /** Cuts the oldest entries off a full head into pages of their own. */
  #sealHead(): void {
    while (this.#newest.length >= 2 * this.#pageEntries) {
      const oldest = this.#newest.splice(this.#newest.length - this.#pageEntries);
      this.#seal(oldest, "front");
    }
  }

  #seal(entries: TimelineEntry[], where: "front" | "back"): void {
    const [first] = entries;
    if (first === undefined) return;
    const page: SealedPage = { key: this.head.nextKey, newest: first.id, count: entries.length };
    this.head.nextKey += 1;
    this.#sealed.set(page.key, entries);
    if (where === "front") this.head.sealed.unshift(page);
    else this.head.sealed.push(page);
    this.#saveSealed(page);
  }

  /** Drops whole pages from the end until at most `entriesMax` are left; the floor rises over what was dropped. */
  #trim(): boolean {
    let total = this.#newest.length + this.head.sealed.reduce((sum, page) => sum + page.count, 0);
    let trimmed = false;
    while (total > this.#entriesMax) {
      const last = this.head.sealed.pop();
      if (last === undefined) {
        const dropped = this.#newest.splice(this.#entriesMax);
        this.head.floor = dropped[0]?.id ?? this.head.floor;
        return true;
      }
      this.#store.remove(last.key);
      this.#sealed.delete(last.key);
      total -= last.count;
      if (last.newest > this.head.floor) this.head.floor = last.newest;
      trimmed = true;
    }
    const { floor } = this.head;
    if (trimmed) this.head.tombstones = this.head.tombstones.filter((id) => id > floor);
    return trimmed;
  }

  /** Writes all pages anew, with `fresh` among the entries. */
  #repack(fresh: readonly TimelineEntry[]): void {
    const { floor } = this.head;
    const all = [...this.pages(), fresh]
      .flat()
      .filter((entry) => entry.id > floor)
      .sort(byNewest);
    for (const page of this.head.sealed) this.#store.remove(page.key);
    this.#sealed.clear();
    this.head.sealed = [];
    if (all.length > this.#entriesMax) {
      this.head.floor = all[this.#entriesMax]?.id ?? floor;
      all.length = this.#entriesMax;
    }
    this.head.retweets = all.some(isRetweet);
    const inHead = Math.min(all.length, this.#pageEntries + (all.length % this.#pageEntries));
    this.#newest = all.slice(0, inHead);
    for (let at = inHead; at < all.length; at += this.#pageEntries) {
      this.#seal(all.slice(at, at + this.#pageEntries), "back");
    }
    this.saveHead();
  }

  /** The sealed page an id belongs to, or null for the head. */
  #pageFor(id: string): SealedPage | null {
    const { sealed } = this.head;
    const first = sealed[0];
    if (first === undefined || id > first.newest) return null;
    for (let index = sealed.length - 1; index >= 0; index -= 1) {
      const page = sealed[index];
      if (page !== undefined && id <= page.newest) return page;
    }
    return null;
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

  #saveSealed(page: SealedPage): void {
    this.#store.save(page.key, packPage(this.#sealed.get(page.key) ?? []));
  }
}

/** `entries` are newest first, and stay so. */
function insertInto(entries: TimelineEntry[], entry: TimelineEntry): void {
  const at = entries.findIndex((other) => other.id < entry.id);
  entries.splice(at === -1 ? entries.length : at, 0, entry);
}
