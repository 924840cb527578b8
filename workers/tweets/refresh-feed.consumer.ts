import type { Ctx } from "../lib/context.ts";
import { idleWindowMs } from "../lib/limits.ts";
import type { TweetDeleted, TweetPosted } from "./events.ts";
import { readPullState } from "./reader.ts";
import { writePullKnown, writePullListed, writePullUnlisted } from "./writer.ts";

/** A timeline takes in what was pulled at its reader's next visit, or is dropped when idle: this much later than it may be. */
const UNLIST_MARGIN_MS = 86_400_000;

/**
 * Keeps the KV feed of a pull author current, and the author's place in the list: in, before the first tweet that nobody
 * is pushed; out, once every timeline that is kept has taken in what was pulled only.
 */
export async function refreshFeed(ctx: Ctx, event: TweetPosted | TweetDeleted): Promise<void> {
  const { authorId, tier } = event;
  const pulled = tier === "pull" || tier === "both";
  if (!pulled && event.pullListed === 0) return;
  const state = await readPullState(ctx, authorId);
  if (state.tier === "pull" && !state.listed) await writePullListed(ctx, authorId);
  // The feed comes before the list names it, so that a reader who learns of the author finds one.
  await ctx.authorFeed(authorId).refresh();
  if (state.tier === "pull" && !state.known) {
    await ctx.pullList().refresh();
    await writePullKnown(ctx, authorId);
  } else if (state.tier !== "pull" && state.listed) {
    const left = await writePullUnlisted(ctx, authorId, ctx.clock.now() - idleWindowMs(ctx.limits) - UNLIST_MARGIN_MS);
    if (left) await ctx.pullList().refresh();
  }
}
