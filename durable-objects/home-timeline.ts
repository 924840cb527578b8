import { DurableObject } from "cloudflare:workers";
import { idleWindowMs, parseLimits, presentWindowMs, type Limits } from "../workers/lib/limits.ts";
import { ID_MIN } from "../workers/lib/snowflake.ts";
import type { FollowState } from "./packed-pages.ts";
import { pageStoreOf } from "./page-store.ts";
import { byNewest, type ShownEntry, type TimelineEntry } from "./timeline-entry.ts";
import { TimelineHiding, type HidingMerge, type MutedWords, type StandingEdge } from "./timeline-hiding.ts";
import { TimelinePages, type Merge, type TimelineSettings } from "./timeline-pages.ts";

/** What a page of home is read by. Arguments are objects that only grow: old objects meet new Workers during a deploy. */
export interface ReadHome {
  /** Exclusive. */
  readonly before: string;
  /** Exclusive. */
  readonly since: string;
  readonly count: number;
  /** The list of pull authors; those followed come back in `pulled`. */
  readonly pullAuthors?: readonly string[];
  /** Unix milliseconds, for mutes that end; the object's own time unless given. */
  readonly now?: number;
  readonly withoutRetweets?: boolean;
  readonly withoutReplies?: boolean;
}

export type HomeRead =
  | { readonly state: "cold"; readonly base: number }
  | {
      readonly state: "ready";
      readonly base: number;
      readonly floor: string;
      readonly through: string;
      readonly seenAt: number;
      readonly entries: readonly ShownEntry[];
      /** True where the timeline has further entries in the range. */
      readonly more: boolean;
      readonly pulled: readonly string[];
      /** Beside pull authors: what the timeline knows to be deleted or undone, which their feeds may still hold. */
      readonly gone?: readonly string[];
      /** Lower-cased; only where there are any. */
      readonly mutedWords?: readonly string[];
      /** Above that id tweets of `followed` may be missing that came while the owner was away; a merge with `wholeAbove` brings them. */
      readonly lost?: { readonly above: string; readonly followed: readonly string[] };
      /** Names the memory that answered: see MergeHome. */
      readonly memory: string;
    };

/** How the owner stands to some users, and which tweets show at or above an id. */
export interface CheckHome {
  readonly userIds: readonly string[];
  readonly tweetIds: readonly string[];
  readonly above: string;
  readonly now: number;
}

export type HomeCheck =
  | { readonly state: "cold" }
  | {
      readonly state: "ready";
      readonly standings: Readonly<Record<string, HomeStanding>>;
      readonly held: readonly string[];
    };

export interface HomeStanding {
  readonly following: boolean;
  readonly blocking: boolean;
  readonly blockedBy: boolean;
  readonly muting: boolean;
}

export interface MergeHome extends Merge {
  /** As the read or the follow said; a merge based on another life of the timeline is refused. */
  readonly basedOn: number;
  /** With `wholeAbove`, as the read said: what came since to a memory that is lost by now would be missing. */
  readonly memory?: string;
}

/** What reaches a timeline while the Worker is still reading the store for it. Kept in memory: if it is lost, so is the base. */
interface Building {
  readonly base: number;
  entries: TimelineEntry[];
  /** The highest floor of the merges that came meanwhile: below it their authors are not whole. */
  floor: string;
  readonly follows: Map<string, FollowState>;
  readonly hiding: TimelineHiding;
  readonly deleted: Set<string>;
}

const highest = (a: string, b: string = ID_MIN): string => (a > b ? a : b);

/** Pushes kept for one rebuild; with more, the rebuild starts again. */
const BUILDING_ENTRIES_MAX = 2000;

/**
 * One a user: the ids of the home timeline. It owns nothing: everything here can be rebuilt from the shards. A thin shell
 * round TimelinePages, with no I/O but its storage and no timer but its alarm.
 */
export class HomeTimeline extends DurableObject<Env> {
  readonly #limits: Limits;
  readonly #ownerId: string;
  /** undefined: not looked at yet; null: nothing is stored. */
  #pages: TimelinePages | null | undefined;
  #building: Building | null = null;
  #memory = crypto.randomUUID();

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#limits = parseLimits(env);
    this.#ownerId = state.id.name ?? "";
  }

  /** A page of entries; `cold` where there is no timeline, which opens a rebuild: pushes are kept until its merge. */
  read(range: ReadHome): HomeRead {
    const pages = this.#open();
    if (pages === null) return { state: "cold", base: this.#openBuilding().base };
    const { base, floor, through, seenAt, lostAbove } = pages;
    const now = range.now ?? this.#now();
    const pulled = (range.pullAuthors ?? []).filter(
      (author) => pages.follows.get(author)?.state === 1 && !pages.hiding.hides(author, now),
    );
    const words = pages.hiding.words(now);
    const mutedWords = words.length === 0 ? {} : { mutedWords: words };
    const gone = pulled.length === 0 || pages.tombstones.length === 0 ? {} : { gone: pages.tombstones };
    const lost = lostAbove === null ? {} : { lost: { above: lostAbove, followed: pages.followed() } };
    const shown = pages.read({ ...range, now });
    const memory = this.#memory;
    return { state: "ready", base, floor, through, seenAt, memory, ...shown, pulled, ...mutedWords, ...gone, ...lost };
  }

  /** Says how the owner stands to `userIds`, and which of `tweetIds` show at or above an id. */
  check({ userIds, tweetIds, above, now }: CheckHome): HomeCheck {
    const pages = this.#open();
    if (pages === null) return { state: "cold" };
    const { hiding } = pages;
    const standingOf = (userId: string): HomeStanding => ({
      following: pages.follows.get(userId)?.state === 1,
      blocking: hiding.is("blocking", userId, now),
      blockedBy: hiding.is("blockedBy", userId, now),
      muting: hiding.is("muting", userId, now),
    });
    return {
      state: "ready",
      standings: Object.fromEntries(userIds.map((userId) => [userId, standingOf(userId)])),
      held: tweetIds.length === 0 ? [] : pages.heldAbove(tweetIds, above, now),
    };
  }

  /** Notes that the owner blocks, is blocked by, or mutes somebody, or does not any more. */
  setStanding(edge: StandingEdge): void {
    this.#hide({ standings: [edge] });
  }

  /** Notes all words that the owner mutes. */
  setMutedWords(mutedWords: MutedWords): void {
    this.#hide({ standings: [], mutedWords });
  }

  /**
   * Takes pushed entries in; a cold timeline ignores them, for its rebuild reads the store.
   * @param pushed.now Unix milliseconds; the object's own time unless given.
   */
  push(pushed: { readonly entries: readonly TimelineEntry[]; readonly now?: number }): void {
    const pages = this.#open();
    if (pages !== null) this.#stored(() => pages.push(pushed.entries, pushed.now ?? this.#now()));
    else if (this.#building !== null) {
      this.#building.entries.push(...pushed.entries);
      if (this.#building.entries.length > BUILDING_ENTRIES_MAX) this.#building = null;
    }
  }

  /** Removes deleted tweets for good. */
  remove(removed: { readonly tweetIds: readonly string[] }): void {
    const pages = this.#open();
    if (pages !== null) this.#stored(() => pages.remove(removed.tweetIds));
    else for (const id of removed.tweetIds) this.#building?.deleted.add(id);
  }

  /** Notes that `authorId` is followed or not. @returns the base for the merge of that author's tweets; null where it is not wanted. */
  setFollow(change: { readonly authorId: string; readonly state: 0 | 1; readonly version: number }): {
    readonly base: number;
    readonly floor: string;
  } | null {
    const { authorId, state, version } = change;
    const pages = this.#open();
    if (pages !== null) {
      this.#stored(() => pages.setFollow(authorId, { state, version }));
      return pages.isFollowed(authorId) ? { base: pages.base, floor: pages.floor } : null;
    }
    const building = this.#building;
    if (building === null) return null;
    if ((building.follows.get(authorId)?.version ?? 0) < version) building.follows.set(authorId, { state, version });
    return building.follows.get(authorId)?.state === 1 ? { base: building.base, floor: ID_MIN } : null;
  }

  /**
   * Merges what the Worker read from the store; ends a rebuild.
   * @returns false where the timeline is not the one the Worker read: it must begin again.
   */
  merge(merge: MergeHome): boolean {
    const pages = this.#open();
    if (pages !== null) {
      if (pages.base !== merge.basedOn) return false;
      if (merge.wholeAbove !== undefined && merge.memory !== this.#memory) return false;
      this.#stored(() => pages.merge(merge));
      return true;
    }
    const building = this.#building;
    if (building === null || building.base !== merge.basedOn) return false;
    // A follow's own merge may come while the rebuild is still reading: it joins what was pushed meanwhile.
    if (merge.follows !== undefined) this.#stored(() => this.#finishBuilding(building, merge));
    else {
      building.entries.push(...merge.entries);
      building.floor = highest(building.floor, merge.floor);
    }
    return true;
  }

  /** Drops a timeline whose reader has been away for TIMELINE_IDLE_DAYS; otherwise looks again when that could be so. */
  override async alarm(): Promise<void> {
    const pages = this.#open();
    if (pages === null) return;
    const now = this.#now();
    const idleAt = pages.seenAt + idleWindowMs(this.#limits);
    if (idleAt > now) return this.ctx.storage.setAlarm(idleAt - this.#limits.CLOCK_OFFSET_SECONDS * 1000);
    await this.ctx.storage.deleteAll();
    this.#pages = null;
  }

  /**
   * Does `change`: all of it is stored, or nothing. Where the disk is full, say, what it left in memory would pass for stored
   * when it comes again: the memory goes, as in an eviction.
   */
  #stored(change: () => void): void {
    try {
      this.ctx.storage.transactionSync(change);
    } catch (error) {
      this.#pages = undefined;
      this.#memory = crypto.randomUUID();
      throw error;
    }
  }

  #hide(merge: HidingMerge): void {
    const pages = this.#open();
    if (pages !== null) this.#stored(() => pages.applyHiding(merge));
    else this.#building?.hiding.apply(merge);
  }

  #now(): number {
    return Date.now() + this.#limits.CLOCK_OFFSET_SECONDS * 1000;
  }

  #finishBuilding(building: Building, merge: MergeHome): void {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS pages (key INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
    const pages = TimelinePages.create(pageStoreOf(this.ctx.storage.sql), this.#settings(), building.base);
    const follows = new Map(merge.follows);
    for (const [author, follow] of building.follows) {
      if ((follows.get(author)?.version ?? 0) < follow.version) follows.set(author, follow);
    }
    const gone = (entry: TimelineEntry) => building.deleted.has(entry.tweetId) || building.deleted.has(entry.id);
    const entries = [...merge.entries, ...building.entries].filter((entry) => !gone(entry));
    if (merge.hiding !== undefined) building.hiding.apply(merge.hiding);
    const [hiding, floor] = [building.hiding.all(), highest(building.floor, merge.floor)];
    pages.merge({ ...merge, follows, hiding, entries: entries.sort(byNewest), floor });
    if (building.deleted.size > 0) pages.remove([...building.deleted]);
    this.#pages = pages;
    this.#building = null;
    void this.ctx.storage.setAlarm(Date.now() + idleWindowMs(this.#limits));
  }

  #open(): TimelinePages | null {
    if (this.#pages === undefined)
      this.#pages = TimelinePages.open(pageStoreOf(this.ctx.storage.sql), this.#settings());
    return this.#pages;
  }

  /** Bases are times, so a rebuilt timeline never answers to the base of an earlier one. */
  #openBuilding(): Building {
    this.#building ??= {
      base: Date.now() + Math.random(),
      entries: [],
      floor: ID_MIN,
      follows: new Map(),
      hiding: new TimelineHiding(),
      deleted: new Set(),
    };
    return this.#building;
  }

  #settings(): TimelineSettings {
    return {
      ownerId: this.#ownerId,
      entriesMax: this.#limits.TIMELINE_ENTRIES_MAX,
      presentMs: presentWindowMs(this.#limits),
    };
  }
}
