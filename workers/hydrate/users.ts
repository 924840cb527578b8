import { sql, type SQL } from "drizzle-orm";
import { joinActiveUser, userColumns, userOfRow, type User, type UserRow } from "../accounts/reader.ts";
import { followCountColumns, joinFollowCounts } from "../graph/reader.ts";
import { groupBy } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";
import { joinListedCount, listedCountColumn } from "../lists/reader.ts";
import { joinTweetCount, tweetCountColumn } from "../tweets/reader.ts";
import type { Asked, UserObject } from "./contract.ts";
import { presentUser } from "./present.ts";
import { countsOfRow, type CountsRow, type UserCounts } from "./tweets.ts";
import { readViewerFields } from "./viewer-fields.ts";
import type { Viewing } from "./viewing.ts";

export interface UserView {
  readonly user: User;
  readonly counts: UserCounts;
}

/**
 * Users by id, as anybody may see them; absent and inactive ones are not in the map. One D1 query a shard, and one more
 * where it is asked how the viewer stands to them. Throws DependencyFailed.
 */
export async function hydrateUsers(
  ctx: Ctx,
  viewing: Viewing,
  ids: readonly string[],
  asked: Asked,
): Promise<Map<string, UserObject>> {
  const [views, fields] = await Promise.all([
    readUserViews(ctx, ids),
    readViewerFields(ctx, viewing, asked, { userIds: ids, tweetIds: [] }),
  ]);
  return new Map([...views].map(([id, view]) => [id, presentUser(view, asked, fields)]));
}

/** The same before they are in the form of the wire. Throws DependencyFailed. */
export async function readUserViews(ctx: Ctx, ids: Iterable<string>): Promise<Map<string, UserView>> {
  const byShard = groupBy(new Set(ids), (id) => ctx.shards.indexOf(id));
  const parts = await Promise.all(
    [...byShard].map(([index, wanted]) =>
      ctx.dependencies.guard(`shard:${index}`, () => ctx.dbAt(index).all<UserRow & CountsRow>(usersQuery(wanted))),
    ),
  );
  return new Map(parts.flat().map((row) => [row.user_id, { user: userOfRow(row), counts: countsOfRow(row) }]));
}

const usersQuery = (ids: readonly string[]): SQL => sql`
  SELECT ${userColumns}, ${followCountColumns}, ${tweetCountColumn}, ${listedCountColumn}
  FROM json_each(${JSON.stringify(ids)}) AS asked
  ${joinActiveUser(sql`asked.value`)}
  ${joinFollowCounts(sql`asked.value`)}
  ${joinTweetCount(sql`asked.value`)}
  ${joinListedCount(sql`asked.value`)}`;
