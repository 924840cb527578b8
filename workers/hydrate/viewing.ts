import { readStandingsAndWords, type Standing } from "../graph/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { DependencyFailed } from "../lib/dependency.ts";
import type { Viewer } from "../lib/route.ts";

export type { Standing };

/** Somebody the viewer has nothing to do with; all there is where nobody is signed in. */
export const STRANGER: Standing = {
  following: false,
  requested: false,
  followedBy: false,
  blocking: false,
  blockedBy: false,
  muting: false,
};

/** Where standings come from: `words` only where they came along. */
export type StandingSource = (
  userIds: readonly string[],
) => Promise<{ standings: ReadonlyMap<string, Standing>; mutedWords?: readonly string[] }>;

/**
 * Who looks, and how they stand to those they look at: what the rules decide by. Lives for one request: what its user
 * did a moment ago, in whatever isolate, counts at once.
 */
export class Viewing {
  readonly viewer: Viewer | null;
  /** Dependencies that did not say how the viewer stands: protected tweets stay hidden then. */
  readonly failed = new Set<string>();
  readonly #ctx: Ctx;
  #source: StandingSource;
  readonly #known = new Map<string, Standing>();
  #words: readonly string[] | null = null;
  readonly #along = new Set<string>();

  constructor(ctx: Ctx, viewer: Viewer | null) {
    this.#ctx = ctx;
    this.viewer = viewer;
    this.#source = (userIds) => this.#readStore(userIds);
  }

  get viewerId(): string | null {
    return this.viewer?.userId ?? null;
  }

  /** Asks `source` from now on instead of the viewer's shard, for as long as it answers. */
  askInstead(source: StandingSource): void {
    const store = this.#source;
    this.#source = (userIds) => source(userIds).catch(() => store(userIds));
  }

  /** Takes in what somebody else has found out. */
  learn(userId: string, standing: Standing): void {
    this.#known.set(userId, standing);
  }
  learnWords(words: readonly string[]): void {
    this.#words = words;
  }

  /** Puts `userIds` to the next question, to save one. */
  askAlong(userIds: Iterable<string>): void {
    for (const id of userIds) this.#along.add(id);
  }

  /** How the viewer stands to each of `userIds`; one question for all that are not known yet. */
  async standings(userIds: Iterable<string>): Promise<void> {
    if (this.viewer === null) return;
    const isMissing = (id: string) => id !== this.viewerId && !this.#known.has(id);
    const missing = new Set([...userIds].filter(isMissing));
    if (missing.size === 0) return;
    for (const id of this.#along) if (isMissing(id)) missing.add(id);
    this.#along.clear();
    await this.#ask([...missing]);
  }

  /** As `standings` found out. */
  standing(userId: string): Standing {
    return this.#known.get(userId) ?? STRANGER;
  }

  /** Words that hide a tweet from the viewer's timelines, lower-cased. */
  async mutedWords(): Promise<readonly string[]> {
    if (this.viewer !== null && this.#words === null) await this.#ask([]);
    return this.#words ?? [];
  }

  async #ask(userIds: readonly string[]): Promise<void> {
    try {
      const { standings, mutedWords } = await this.#source(userIds);
      for (const [userId, standing] of standings) this.#known.set(userId, standing);
      if (mutedWords !== undefined) this.#words = mutedWords;
    } catch (error) {
      if (!(error instanceof DependencyFailed)) throw error;
      this.failed.add(error.dependency);
      this.#words ??= [];
    }
  }

  async #readStore(userIds: readonly string[]) {
    const { viewer } = this;
    if (viewer === null) return { standings: new Map<string, Standing>(), mutedWords: [] };
    return this.#ctx.dependencies.guard(`shard:${this.#ctx.shards.indexOf(viewer.userId)}`, () =>
      readStandingsAndWords(this.#ctx, viewer.userId, userIds),
    );
  }
}
