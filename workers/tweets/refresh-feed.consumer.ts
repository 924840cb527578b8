import { pageEntriesOf } from "../../durable-objects/timeline-pages.ts";
import type { Ctx } from "../lib/context.ts";
import type { TweetDeleted, TweetPosted } from "./events.ts";
import { readPullState } from "./reader.ts";
import { writePullKnown, writePullListed, writePullUnlisted } from "./writer.ts";

/**
 * Keeps the KV feed of a pull author current, and the author's place in the list: in, before the first tweet that nobody
 * is pushed; out, once everything that was pulled only is below what timelines keep.
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
    // Timelines drop whole pages: with so many newer ones pushed, what was only pulled is below every floor.
    const { TIMELINE_ENTRIES_MAX: kept } = ctx.limits;
    const left = await writePullUnlisted(ctx, authorId, kept + pageEntriesOf(kept));
    if (left) await ctx.pullList().refresh();
  }
}
