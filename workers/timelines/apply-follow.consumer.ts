import type { FollowChanged } from "../graph/events.ts";
import type { Ctx } from "../lib/context.ts";
import { ID_MAX, idBefore } from "../lib/snowflake.ts";
import { readAuthorEntries } from "../tweets/reader.ts";

/**
 * Merges the author's recent tweets into the follower's timeline, or takes them out. It runs behind the backward edge:
 * from then on fan-out pushes; the timeline's follow set is next, so that pushes stay; only then are the author's tweets
 * read. A tweet committed at any moment is pushed, or read, or both.
 */
export async function applyFollow(ctx: Ctx, changed: FollowChanged): Promise<void> {
  const { followerId, followeeId: authorId, version } = changed;
  const timeline = ctx.homeTimeline(followerId);
  // Who has asked to follow does not follow yet.
  const wanted = await timeline.setFollow({ authorId, state: changed.state === 1 ? 1 : 0, version });
  if (wanted === null) return;
  const count = ctx.limits.TIMELINE_ENTRIES_MAX;
  const entries = await readAuthorEntries(ctx, authorId, { before: ID_MAX, since: wanted.floor, count });
  const last = entries.at(-1);
  const floor = entries.length < count || last === undefined ? {} : { floor: idBefore(last.id) };
  const merged = await timeline.merge({ entries, ...floor, basedOn: wanted.base });
  if (!merged) throw new Error("the timeline became another one during the merge");
}
