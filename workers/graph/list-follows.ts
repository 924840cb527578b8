import { readActiveUserIds } from "../accounts/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { decodeCursor, encodeCursor } from "../lib/cursor.ts";
import { DomainError } from "../lib/errors.ts";
import { ID_MAX, LOGICAL_SHARDS } from "../lib/snowflake.ts";
import { FOLLOWERS_START, readFollowersPage, readFollowingPage } from "./reader.ts";

export interface FollowPage {
  readonly ids: readonly string[];
  readonly nextToken?: string;
}

/** A page of whom `userId` follows. Throws `not_found`, or `invalid_request` for a token of another list. */
export async function listFollowing(
  ctx: Ctx,
  userId: string,
  page: { count: number; token?: string | undefined },
): Promise<FollowPage> {
  const list = `following:${userId}`;
  const before = page.token === undefined ? ID_MAX : decodeCursor(ctx, list, page.token);
  await mustExist(ctx, userId);
  const ids = await readFollowingPage(ctx, userId, { before, count: page.count + 1 });
  return cut(
    ctx,
    list,
    ids.map((id) => ({ id, position: id })),
    page.count,
  );
}

/** A page of who follows `userId`. Throws as `listFollowing` does. */
export async function listFollowers(
  ctx: Ctx,
  userId: string,
  page: { count: number; token?: string | undefined },
): Promise<FollowPage> {
  const list = `followers:${userId}`;
  const after = page.token === undefined ? FOLLOWERS_START : followerKeyOf(decodeCursor(ctx, list, page.token));
  await mustExist(ctx, userId);
  const range = { first: 0, last: LOGICAL_SHARDS - 1 };
  const keys = await readFollowersPage(ctx, userId, { after, range, count: page.count + 1 });
  return cut(
    ctx,
    list,
    keys.map((key) => ({ id: key.id, position: `${key.shard}:${key.id}` })),
    page.count,
  );
}

function followerKeyOf(position: string): { shard: number; id: string } {
  const [shard = "", id = ""] = position.split(":");
  return { shard: Number(shard), id };
}

async function mustExist(ctx: Ctx, userId: string): Promise<void> {
  const found = await readActiveUserIds(ctx, [userId]);
  if (!found.has(userId)) throw new DomainError("not_found", "There is no such user.");
}

/** One row more than asked for was read: it says that there is more, and stays for the next page. */
function cut(ctx: Ctx, list: string, rows: readonly { id: string; position: string }[], count: number): FollowPage {
  const shown = rows.slice(0, count);
  const last = shown.at(-1);
  const ids = shown.map((row) => row.id);
  if (rows.length <= count || last === undefined) return { ids };
  return { ids, nextToken: encodeCursor(ctx, list, last.position) };
}
