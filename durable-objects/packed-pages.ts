import type { TimelineEntry } from "./timeline-entry.ts";

/**
 * The stored form of a timeline: a page of entries is one row, so a push is one row written. Every page starts with a
 * format byte, because old objects meet new Workers during a deploy.
 */
const FORMAT = 3;
/** Before entries could rest in memory. */
const FORMAT_WITHOUT_REST = 2;
/** Before there were replies, and marks in the head. */
const OLDEST_FORMAT = 1;
const ID_BYTES = 8;
/** The entry's tweet is not its own id, or its actor is not its author: both are stored beside them. */
const FLAG_RETWEET = 1;
/** The user replied to is stored. */
const FLAG_REPLY = 2;

/** Marks of a head: what else there is to read. */
const MARK_RETWEETS = 1;
const MARK_HIDING = 2;
const MARK_RESTS = 4;

/** Where a sealed page stands: it holds ids up to `newest`, and above the next page's. */
export interface SealedPage {
  readonly key: number;
  readonly newest: string;
  count: number;
}

/** What the head page carries beside its entries. */
export interface TimelineHead {
  /** Names this life of the timeline: a merge that was based on another one is refused. */
  readonly base: number;
  /** The timeline is complete for ids above this one. */
  floor: string;
  /** Up to here the last finished merge made it complete; what is above was pushed. */
  through: string;
  /** The reader's visit as stored in the reader's shard; Unix milliseconds. */
  seenAt: number;
  nextKey: number;
  sealed: SealedPage[];
  /** Tweets that were deleted, and retweets that were undone: a late push of one is dropped. */
  tombstones: string[];
  /** True once a retweet came in: a tweet may have several entries. */
  retweets: boolean;
  /** True where there is a row of standings and muted words. */
  hiding: boolean;
  /** Entries above this id may rest in memory alone, and are lost with it; null where all are stored. */
  restsAbove: string | null;
}

export interface FollowState {
  readonly state: 0 | 1;
  readonly version: number;
}

class Writer {
  #view: DataView;
  #at = 0;

  /** Grows beyond `room` bytes where it must. */
  constructor(room = 4096) {
    this.#view = new DataView(new ArrayBuffer(room));
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#view.byteLength) return;
    const wider = new Uint8Array(Math.max(this.#view.byteLength * 2, this.#at + bytes));
    wider.set(new Uint8Array(this.#view.buffer));
    this.#view = new DataView(wider.buffer);
  }

  byte(value: number): void {
    this.#room(1);
    this.#view.setUint8(this.#at, value);
    this.#at += 1;
  }

  count(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
  }

  number(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  id(value: string): void {
    this.#room(ID_BYTES);
    this.#view.setBigUint64(this.#at, BigInt(value));
    this.#at += ID_BYTES;
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    new Uint8Array(this.#view.buffer).set(bytes, this.#at);
    this.#at += bytes.length;
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#view.buffer, 0, this.#at);
  }
}

class Reader {
  readonly format: number;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: ArrayBuffer) {
    this.#view = new DataView(bytes);
    this.format = this.byte();
    if (this.format < OLDEST_FORMAT || this.format > FORMAT) throw new Error(`unknown page format ${this.format}`);
  }

  byte(): number {
    const value = this.#view.getUint8(this.#at);
    this.#at += 1;
    return value;
  }

  count(): number {
    const value = this.#view.getUint32(this.#at);
    this.#at += 4;
    return value;
  }

  number(): number {
    const value = this.#view.getFloat64(this.#at);
    this.#at += 8;
    return value;
  }

  id(): string {
    const value = this.#view.getBigUint64(this.#at).toString().padStart(19, "0");
    this.#at += ID_BYTES;
    return value;
  }
}

/** A push writes the whole head page again, but only its own entry is new: the others keep the bytes they had. */
const packedEntries = new WeakMap<TimelineEntry, Uint8Array>();

function packEntry({ id, tweetId, authorId, actorId, replyToId }: TimelineEntry): Uint8Array {
  const retweet = tweetId !== id || actorId !== authorId;
  const parts = retweet ? [id, authorId, tweetId, actorId] : [id, authorId];
  if (replyToId !== undefined) parts.push(replyToId);
  const writer = new Writer(1 + parts.length * ID_BYTES);
  writer.byte((retweet ? FLAG_RETWEET : 0) + (replyToId === undefined ? 0 : FLAG_REPLY));
  for (const part of parts) writer.id(part);
  return writer.bytes();
}

function writeEntries(writer: Writer, entries: readonly TimelineEntry[]): void {
  writer.count(entries.length);
  for (const entry of entries) {
    let bytes = packedEntries.get(entry);
    if (bytes === undefined) packedEntries.set(entry, (bytes = packEntry(entry)));
    writer.raw(bytes);
  }
}

function readEntries(reader: Reader): TimelineEntry[] {
  return Array.from({ length: reader.count() }, () => {
    const flags = reader.byte();
    const id = reader.id();
    const authorId = reader.id();
    const retweet = (flags & FLAG_RETWEET) !== 0;
    const tweetId = retweet ? reader.id() : id;
    const entry = { id, authorId, tweetId, actorId: retweet ? reader.id() : authorId };
    return (flags & FLAG_REPLY) === 0 ? entry : { ...entry, replyToId: reader.id() };
  });
}

/** A sealed page's bytes: format byte, then entries of 17 bytes (25 for a reply, 33 for a retweet). */
export function packPage(entries: readonly TimelineEntry[]): Uint8Array {
  const writer = new Writer();
  writer.byte(FORMAT);
  writeEntries(writer, entries);
  return writer.bytes();
}

/** Throws for a format this code does not know. */
export function unpackPage(bytes: ArrayBuffer): TimelineEntry[] {
  return readEntries(new Reader(bytes));
}

/** The head page's bytes: what `TimelineHead` carries, then the newest entries. */
export function packHead(head: TimelineHead, entries: readonly TimelineEntry[]): Uint8Array {
  const writer = new Writer();
  writer.byte(FORMAT);
  writer.number(head.base);
  writer.id(head.floor);
  writer.id(head.through);
  writer.number(head.seenAt);
  writer.count(head.nextKey);
  writer.count(head.sealed.length);
  for (const page of head.sealed) {
    writer.count(page.key);
    writer.id(page.newest);
    writer.count(page.count);
  }
  writer.count(head.tombstones.length);
  for (const id of head.tombstones) writer.id(id);
  const { retweets, hiding, restsAbove } = head;
  writer.byte((retweets ? MARK_RETWEETS : 0) + (hiding ? MARK_HIDING : 0) + (restsAbove === null ? 0 : MARK_RESTS));
  if (restsAbove !== null) writer.id(restsAbove);
  writeEntries(writer, entries);
  return writer.bytes();
}

/** Throws for a format this code does not know. */
export function unpackHead(bytes: ArrayBuffer): { head: TimelineHead; entries: TimelineEntry[] } {
  const reader = new Reader(bytes);
  const base = reader.number();
  const floor = reader.id();
  const through = reader.id();
  const seenAt = reader.number();
  const nextKey = reader.count();
  const sealed = Array.from({ length: reader.count() }, () => ({
    key: reader.count(),
    newest: reader.id(),
    count: reader.count(),
  }));
  const tombstones = Array.from({ length: reader.count() }, () => reader.id());
  const marks = reader.format === OLDEST_FORMAT ? 0 : reader.byte();
  const rests = reader.format > FORMAT_WITHOUT_REST && (marks & MARK_RESTS) !== 0;
  const head = {
    base,
    floor,
    through,
    seenAt,
    nextKey,
    sealed,
    tombstones,
    // The format before could not say: such an object may have met a Worker that pushes retweets.
    retweets: reader.format === OLDEST_FORMAT || (marks & MARK_RETWEETS) !== 0,
    hiding: (marks & MARK_HIDING) !== 0,
    restsAbove: rests ? reader.id() : null,
  };
  return { head, entries: readEntries(reader) };
}

/** The follow set's bytes: format byte, then 13 bytes an author. */
export function packFollows(follows: ReadonlyMap<string, FollowState>): Uint8Array {
  const writer = new Writer();
  writer.byte(FORMAT);
  writer.count(follows.size);
  for (const [author, { state, version }] of follows) {
    writer.id(author);
    writer.byte(state);
    writer.count(version);
  }
  return writer.bytes();
}

/** Throws for a format this code does not know. */
export function unpackFollows(bytes: ArrayBuffer): Map<string, FollowState> {
  const reader = new Reader(bytes);
  const follows = new Map<string, FollowState>();
  const count = reader.count();
  for (let index = 0; index < count; index += 1) {
    const author = reader.id();
    const state = reader.byte() === 1 ? 1 : 0;
    follows.set(author, { state, version: reader.count() });
  }
  return follows;
}
