import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { unpadId } from "../lib/snowflake.ts";
import type { PartialError } from "./contract.ts";
import { readUserViews } from "./users.ts";
import type { Viewing } from "./viewing.ts";

/**
 * May the viewer read what belongs to `userId` (tweets, likes, followers)? The author's rules by another door: what is
 * protected is for its followers, and a block closes both ways.
 * @returns null where they may; otherwise what an otherwise empty answer says in `errors`. Throws `not_found` where there
 * is no such user, DependencyFailed.
 */
export async function refusalToRead(ctx: Ctx, viewing: Viewing, userId: string): Promise<PartialError | null> {
  const view = (await readUserViews(ctx, [userId])).get(userId);
  if (view === undefined) throw new DomainError("not_found", "There is no such user.");
  if (viewing.viewerId === userId) return null;
  await viewing.standings([userId]);
  const { following, blocking, blockedBy } = viewing.standing(userId);
  const hidden = (view.user.protected && !following) || blocking || blockedBy;
  if (!hidden) return null;
  const id = unpadId(userId);
  return {
    title: "Authorization Error",
    detail: `You may not see what belongs to the user with id: [${id}].`,
    type: "about:blank#not-authorized-for-resource",
    resource_type: "user",
    resource_id: id,
    parameter: "id",
    value: id,
  };
}
