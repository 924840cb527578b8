import { ACCOUNT_DEACTIVATED, type AccountDeactivated } from "../accounts/events.ts";
import type { Ctx } from "../lib/context.ts";
import { finishRange, publishEvents, saveProgress, startProgress, type EventMessage } from "../lib/outbox.ts";
import { LOGICAL_SHARDS } from "../lib/snowflake.ts";
import { walkFollowing, walkRequesters } from "./edges-reader.ts";
import { writeEndings } from "./endings-writer.ts";
import { FOLLOW_CHANGED } from "./events.ts";
import type { Follow } from "./follow-statements.ts";
import { cursorOfFollower, followerOfCursor, readFollowersPage } from "./reader.ts";

/** Follows ended in one step: a queue takes as many messages at once. */
const PAGE_SIZE = 100;

interface Page {
  readonly follows: readonly Follow[];
  /** Where the next page begins; text order is the key's order. */
  readonly cursor: string | undefined;
}

/** All that ties others to an account, one walk each. A page holds up to PAGE_SIZE. */
const WALKS: Readonly<Record<string, (ctx: Ctx, userId: string, after: string) => Promise<Page>>> = {
  following: async (ctx, userId, after) => {
    const ids = await walkFollowing(ctx, userId, { after, count: PAGE_SIZE });
    return { follows: ids.map((followeeId) => ({ followerId: userId, followeeId })), cursor: ids.at(-1) };
  },
  requesters: async (ctx, userId, after) => {
    const ids = await walkRequesters(ctx, userId, { after, count: PAGE_SIZE });
    return { follows: ids.map((followerId) => ({ followerId, followeeId: userId })), cursor: ids.at(-1) };
  },
  followers: async (ctx, userId, after) => {
    const range = { first: 0, last: LOGICAL_SHARDS - 1 };
    const keys = await readFollowersPage(ctx, userId, { after: followerOfCursor(after), range, count: PAGE_SIZE });
    const last = keys.at(-1);
    return {
      follows: keys.map(({ id }) => ({ followerId: id, followeeId: userId })),
      cursor: last && cursorOfFollower(last),
    };
  },
};

/**
 * Ends a deleted account's follows both ways, and requests to, as an unfollow would: each by an event of its own, which
 * brings the other side, the counts and the timelines after. One page of each walk a message; the outbox row knows how far
 * they are. A follow that is still on its way meets the account's end in mirror-follow.consumer.ts.
 */
export async function endFollows(ctx: Ctx, eventId: string, gone: AccountDeactivated): Promise<"done" | "continues"> {
  const start = Object.fromEntries(Object.keys(WALKS).map((name) => [name, ""]));
  const progress = await startProgress(ctx, eventId, start);
  const left = await Promise.all(
    Object.entries(progress ?? {}).map(async ([name, after]) => {
      const page = await WALKS[name]?.(ctx, gone.userId, after);
      if (page !== undefined) await endAll(ctx, page.follows);
      if (page?.cursor === undefined || page.follows.length < PAGE_SIZE) {
        await finishRange(ctx, eventId, name);
        return false;
      }
      await saveProgress(ctx, eventId, name, page.cursor);
      return true;
    }),
  );
  if (!left.includes(true)) return "done";
  await ctx.events.send({ v: 1, id: eventId, kind: ACCOUNT_DEACTIVATED, payload: gone } satisfies EventMessage);
  return "continues";
}

/** Ends those of `follows` that stand, and tells of it. */
export async function endAll(ctx: Ctx, follows: readonly Follow[]): Promise<void> {
  if (follows.length === 0) return;
  const endings = await writeEndings(ctx, follows);
  publishEvents(
    ctx,
    endings.map(({ eventId, changed }) => ({ id: eventId, kind: FOLLOW_CHANGED, payload: changed })),
  );
}
