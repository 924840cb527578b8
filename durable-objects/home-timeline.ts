import { DurableObject } from "cloudflare:workers";
import { idleWindowMs, parseLimits, presentWindowMs, type Limits } from "../workers/lib/limits.ts";
import { ID_MIN } from "../workers/lib/snowflake.ts";
import type { CheckHome, HomeCheck, HomeRead, HomeStanding, MergeHome, ReadHome } from "./home-calls.ts";
import { watchAll, watchPush, watchRemoval, type Watch } from "./live-changes.ts";
import { SEEN_AT_HEADER, untilOf } from "./live-opening.ts";
import { LiveSockets } from "./live-sockets.ts";
import { pageStoreOf } from "./page-store.ts";
import { TimelineBuilding } from "./timeline-building.ts";
import type { TimelineEntry } from "./timeline-entry.ts";
import type { HidingMerge, MutedWords, StandingEdge } from "./timeline-hiding.ts";
import { TimelinePages, type TimelineSettings } from "./timeline-pages.ts";

/**
 * One a user: the ids of the home timeline, and the sockets of those of the owner's pages that listen. It owns nothing:
 * everything here can be rebuilt from the shards. A thin shell round TimelinePages, with no I/O but its storage and its
 * sockets and no timer but its alarm.
 */
export class HomeTimeline extends DurableObject<Env> {
  readonly #limits: Limits;
  readonly #ownerId: string;
  /** undefined: not looked at yet; null: nothing is stored. */
  #pages: TimelinePages | null | undefined;
  #building: TimelineBuilding | null = null;
  #memory = crypto.randomUUID();
  readonly #live: LiveSockets;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#limits = parseLimits(env);
    this.#ownerId = state.id.name ?? "";
    this.#live = new LiveSockets(state, this.#limits.LIVE_SOCKETS_MAX);
  }

  /** Opens a socket that tells of changes, for a request to `liveUrl`: of the Worker, which has looked at the token. */
  override async fetch(request: Request): Promise<Response> {
    const client = this.#live.accept(untilOf(request.url));
    const pages = this.#open();
    const headers = pages === null ? {} : { [SEEN_AT_HEADER]: String(pages.seenAt) };
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    this.#live.refuse(socket, message);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    socket.close();
  }

  /** A connection that broke off is closed already: its page opens another. */
  override async webSocketError(): Promise<void> {}

  /** A page of entries; `cold` where there is no timeline, which opens a rebuild: pushes are kept until its merge. */
  read(range: ReadHome): HomeRead {
    const pages = this.#open();
    if (pages === null) return { state: "cold", base: (this.#building ??= new TimelineBuilding()).base };
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
    if (pages === null) {
      if (this.#building?.push(pushed.entries) === false) this.#building = null;
      return;
    }
    const now = pushed.now ?? this.#now();
    const here = this.#live.anyOpen;
    this.#change(pages, watchPush(pushed.entries), () => pages.push(pushed.entries, now, here), now);
  }

  /** Removes deleted tweets for good. */
  remove(removed: { readonly tweetIds: readonly string[] }): void {
    const pages = this.#open();
    if (pages !== null) this.#change(pages, watchRemoval(removed.tweetIds), () => pages.remove(removed.tweetIds));
    else this.#building?.remove(removed.tweetIds);
  }

  /** Notes that `authorId` is followed or not. @returns the base for the merge of that author's tweets; null where it is not wanted. */
  setFollow(change: { readonly authorId: string; readonly state: 0 | 1; readonly version: number }): {
    readonly base: number;
    readonly floor: string;
  } | null {
    const { authorId, state, version } = change;
    const pages = this.#open();
    if (pages !== null) {
      this.#change(pages, watchAll, () => pages.setFollow(authorId, { state, version }));
      return pages.isFollowed(authorId) ? { base: pages.base, floor: pages.floor } : null;
    }
    const building = this.#building;
    const wanted = building?.setFollow(authorId, { state, version }) === true;
    return building !== null && wanted ? { base: building.base, floor: ID_MIN } : null;
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
      this.#change(pages, watchAll, () => pages.merge(merge));
      return true;
    }
    const building = this.#building;
    if (building === null || building.base !== merge.basedOn) return false;
    // A follow's own merge may come while the rebuild is still reading: it joins what was pushed meanwhile.
    if (merge.follows !== undefined) this.#stored(() => this.#finishBuilding(building, merge));
    else building.keep(merge);
    return true;
  }

  /** Drops a timeline whose reader has been away for TIMELINE_IDLE_DAYS; otherwise looks again when that could be so. */
  override async alarm(): Promise<void> {
    const pages = this.#open();
    if (pages === null) return;
    const now = this.#now();
    // Whoever has a page open is here.
    const idleAt = (this.#live.anyOpen ? now : pages.seenAt) + idleWindowMs(this.#limits);
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

  /** Does `change` and stores it; then the owner's open pages are told what it did to what they show. */
  #change(pages: TimelinePages, watch: Watch, change: () => void, now: number = this.#now()): void {
    const seen = this.#live.anyOpen ? watch(pages, now) : null;
    this.#stored(change);
    if (seen !== null) this.#live.tell(seen(), now);
  }

  #hide(merge: HidingMerge): void {
    const pages = this.#open();
    if (pages !== null) this.#change(pages, watchAll, () => pages.applyHiding(merge));
    else this.#building?.hide(merge);
  }

  #now(): number {
    return Date.now() + this.#limits.CLOCK_OFFSET_SECONDS * 1000;
  }

  #finishBuilding(building: TimelineBuilding, read: MergeHome): void {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS pages (key INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
    const pages = TimelinePages.create(pageStoreOf(this.ctx.storage.sql), this.#settings(), building.base);
    const { merge, deleted } = building.finish(read);
    pages.merge(merge);
    if (deleted.length > 0) pages.remove(deleted);
    this.#pages = pages;
    this.#building = null;
    void this.ctx.storage.setAlarm(Date.now() + idleWindowMs(this.#limits));
  }

  #open(): TimelinePages | null {
    if (this.#pages === undefined)
      this.#pages = TimelinePages.open(pageStoreOf(this.ctx.storage.sql), this.#settings());
    return this.#pages;
  }

  #settings(): TimelineSettings {
    return {
      ownerId: this.#ownerId,
      entriesMax: this.#limits.TIMELINE_ENTRIES_MAX,
      presentMs: presentWindowMs(this.#limits),
    };
  }

  /** Forgets everything: the owner's account is gone. */
  async drop(): Promise<void> {
    this.#live.closeAll();
    await this.ctx.storage.deleteAll();
    this.#pages = null;
    this.#building = null;
  }
}
