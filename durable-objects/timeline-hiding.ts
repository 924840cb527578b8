/** Whom a timeline's owner does not want to see, and must not: blocks either way, mutes, muted words. */

export type HidingKind = "blocking" | "blockedBy" | "muting";

/** How the owner stands to somebody in one way, as the shards have it. */
export interface StandingEdge {
  readonly userId: string;
  readonly kind: HidingKind;
  readonly state: 0 | 1;
  /** Only a higher one than what is known is applied. */
  readonly version: number;
  /** Of a mute that ends by itself: Unix milliseconds. */
  readonly until?: number | null;
}

export interface MutedWords {
  /** Lower-cased -> until when (Unix milliseconds), or null. */
  readonly words: Readonly<Record<string, number | null>>;
  readonly version: number;
}

/** All of it, as a rebuild brings it. */
export interface HidingMerge {
  readonly standings: readonly StandingEdge[];
  readonly mutedWords?: MutedWords | null;
}

const FORMAT = 1;
const NO_WORDS: MutedWords = { words: {}, version: 0 };

export class TimelineHiding {
  readonly #edges = new Map<string, StandingEdge>();
  #words: MutedWords = NO_WORDS;

  /** Applies what is newer. @returns false where nothing was. */
  apply({ standings, mutedWords }: HidingMerge): boolean {
    let changed = false;
    for (const edge of standings) {
      const key = keyOf(edge.userId, edge.kind);
      if ((this.#edges.get(key)?.version ?? 0) >= edge.version) continue;
      this.#edges.set(key, edge);
      changed = true;
    }
    if (mutedWords != null && mutedWords.version > this.#words.version) {
      this.#words = mutedWords;
      changed = true;
    }
    return changed;
  }

  /** True where the owner blocks, is blocked by, or mutes `userId` at `now` (Unix milliseconds). */
  hides(userId: string, now: number): boolean {
    // Most owners hide nobody, and every line that is shown asks.
    if (this.#edges.size === 0) return false;
    return this.is("blocking", userId, now) || this.is("blockedBy", userId, now) || this.is("muting", userId, now);
  }

  is(kind: HidingKind, userId: string, now: number): boolean {
    const edge = this.#edges.get(keyOf(userId, kind));
    return edge?.state === 1 && (edge.until == null || edge.until > now);
  }

  /** Words muted at `now`. */
  words(now: number): string[] {
    return Object.entries(this.#words.words).flatMap(([word, until]) => (until === null || until > now ? [word] : []));
  }

  /** All that is known, as a merge. */
  all(): HidingMerge {
    return { standings: [...this.#edges.values()], mutedWords: this.#words };
  }

  /** A format byte, then JSON: written when somebody blocks or mutes, read once in a timeline's life in memory. */
  pack(): Uint8Array {
    const edges = [...this.#edges.values()].map(({ userId, kind, state, version, until = null }) => [
      userId,
      kind,
      state,
      version,
      until,
    ]);
    const text = new TextEncoder().encode(JSON.stringify({ edges, words: this.#words }));
    const bytes = new Uint8Array(text.length + 1);
    bytes[0] = FORMAT;
    bytes.set(text, 1);
    return bytes;
  }

  /** Throws for a format this code does not know. */
  static unpack(bytes: ArrayBuffer): TimelineHiding {
    const [format] = new Uint8Array(bytes, 0, 1);
    if (format !== FORMAT) throw new Error(`unknown format ${format} of standings`);
    const { edges, words } = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 1))) as {
      edges: [string, HidingKind, 0 | 1, number, number | null][];
      words: MutedWords;
    };
    const hiding = new TimelineHiding();
    const standings = edges.map(([userId, kind, state, version, until]) => ({ userId, kind, state, version, until }));
    hiding.apply({ standings, mutedWords: words });
    return hiding;
  }
}

const keyOf = (userId: string, kind: HidingKind): string => `${kind}:${userId}`;
