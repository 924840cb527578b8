import type { FollowChanged } from "../graph/events.ts";
import type { Ctx } from "../lib/context.ts";
import { ID_MAX, idBefore } from "../lib/snowflake.ts";
import { readAuthorTweetIds } from "../tweets/reader.ts";

/**
 * Merges the author's recent tweets into the follower's timeline, or takes them out. It runs behind the backward edge:
 * from then on fan-out pushes; the timeline's follow set is next, so that pushes stay; only then are the author's tweets
 * read. A tweet committed at any moment is pushed, or read, or both.
 */
export async function applyFollow(ctx: Ctx, changed: FollowChanged): Promise<void> {
  const { followerId, followeeId: authorId, state, version } = changed;
  const timeline = ctx.homeTimeline(followerId);
  const wanted = await timeline.setFollow({ authorId, state, version });
  if (wanted === null) return;
  const count = ctx.limits.TIMELINE_ENTRIES_MAX;
  const ids = await readAuthorTweetIds(ctx, authorId, { before: ID_MAX, since: wanted.floor, count });
  const entries = ids.map((id) => ({ id, tweetId: id, authorId, actorId: authorId }));
  const last = ids.at(-1);
  const floor = ids.length < count || last === undefined ? {} : { floor: idBefore(last) };
  const merged = await timeline.merge({ entries, ...floor, basedOn: wanted.base });
  if (!merged) throw new Error("the timeline became another one during the merge");
}
