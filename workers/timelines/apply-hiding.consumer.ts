import type { BlockChanged, MuteChanged, MutedWordsChanged } from "../graph/events.ts";
import type { Ctx } from "../lib/context.ts";

/** Timelines learn whom and what they hide: both ways for a block, the muter's alone for the rest. */
export async function applyBlock(ctx: Ctx, { blockerId, blockedId, state, version }: BlockChanged): Promise<void> {
  await Promise.all([
    ctx.homeTimeline(blockerId).setStanding({ userId: blockedId, kind: "blocking", state, version }),
    ctx.homeTimeline(blockedId).setStanding({ userId: blockerId, kind: "blockedBy", state, version }),
  ]);
}

export async function applyMute(ctx: Ctx, { muterId, mutedId, state, version, until }: MuteChanged): Promise<void> {
  await ctx.homeTimeline(muterId).setStanding({ userId: mutedId, kind: "muting", state, version, until });
}

export async function applyMutedWords(ctx: Ctx, { userId, words, version }: MutedWordsChanged): Promise<void> {
  await ctx.homeTimeline(userId).setMutedWords({ words, version });
}
