import { sql, type SQL } from "drizzle-orm";
import { joinActiveUser, userColumns, userOfRow, type User, type UserRow } from "../accounts/reader.ts";
import { followCountColumns, joinFollowCounts, readRelations } from "../graph/reader.ts";
import { groupBy } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";
import type { Viewer } from "../lib/route.ts";
import { joinTweetCount, tweetCountColumn } from "../tweets/reader.ts";
import type { Asked, UserObject } from "./contract.ts";
import { presentUser } from "./present.ts";
import { countsOfRow, type CountsRow, type UserCounts } from "./tweets.ts";

/** How the signed-in user stands to others. */
export type Relations = Awaited<ReturnType<typeof readRelations>>;

export interface UserView {
  readonly user: User;
  readonly counts: UserCounts;
}

/**
 * Users as `viewer` may see them, by id; absent and inactive ones are not in the map. One D1 query a shard, and one more
 * where `viewer` is asked for. Throws DependencyFailed.
 */
export async function hydrateUsers(
  ctx: Ctx,
  viewer: Viewer | null,
  ids: readonly string[],
  asked: Asked,
): Promise<Map<string, UserObject>> {
  const [views, relations] = await Promise.all([readUserViews(ctx, ids), relationsFor(ctx, viewer, ids, asked)]);
  return new Map([...views].map(([id, view]) => [id, presentUser(view, asked, relations)]));
}

/** The relations that `asked` needs, or null where nobody asked or nobody is signed in. At most one query. */
export async function relationsFor(
  ctx: Ctx,
  viewer: Viewer | null,
  ids: readonly string[],
  asked: Asked,
): Promise<Relations | null> {
  if (viewer === null || ids.length === 0 || asked["user.fields"]?.includes("viewer") !== true) return null;
  return ctx.dependencies.guard(`shard:${ctx.shards.indexOf(viewer.userId)}`, () =>
    readRelations(ctx, viewer.userId, ids),
  );
}

async function readUserViews(ctx: Ctx, ids: readonly string[]): Promise<Map<string, UserView>> {
  const byShard = groupBy(new Set(ids), (id) => ctx.shards.indexOf(id));
  const parts = await Promise.all(
    [...byShard].map(([index, wanted]) =>
      ctx.dependencies.guard(`shard:${index}`, () => ctx.dbAt(index).all<UserRow & CountsRow>(usersQuery(wanted))),
    ),
  );
  return new Map(parts.flat().map((row) => [row.user_id, { user: userOfRow(row), counts: countsOfRow(row) }]));
}

const usersQuery = (ids: readonly string[]): SQL => sql`
  SELECT ${userColumns}, ${followCountColumns}, ${tweetCountColumn}
  FROM json_each(${JSON.stringify(ids)}) AS asked
  ${joinActiveUser(sql`asked.value`)}
  ${joinFollowCounts(sql`asked.value`)}
  ${joinTweetCount(sql`asked.value`)}`;
