import type { Ctx } from "../lib/context.ts";
import { decodeCursor, encodeCursor } from "../lib/cursor.ts";
import { guarded } from "../lib/guarded.ts";
import { ID_MAX, LOGICAL_SHARDS } from "../lib/snowflake.ts";
import { readBlockingPage, readMutingPage, readRequestersPage, type KeyRange } from "./edges-reader.ts";
import { cursorOfFollower, followerOfCursor, readFollowersPage, readFollowingPage } from "./reader.ts";

export interface FollowPage {
  readonly ids: readonly string[];
  readonly nextToken?: string;
}

export interface PageAsked {
  readonly count: number;
  readonly token?: string | undefined;
}

/** A page of whom `userId` follows. Throws `invalid_request` for a token of another list, as all of these. */
export function listFollowing(ctx: Ctx, userId: string, page: PageAsked): Promise<FollowPage> {
  return pageByKey(ctx, `following:${userId}`, page, (range) =>
    guarded(ctx, userId, () => readFollowingPage(ctx, userId, range)),
  );
}

/** A page of whom `userId` blocks. */
export function listBlocking(ctx: Ctx, userId: string, page: PageAsked): Promise<FollowPage> {
  return pageByKey(ctx, `blocking:${userId}`, page, (range) => readBlockingPage(ctx, userId, range));
}

/** A page of whom `userId` mutes now. */
export function listMuting(ctx: Ctx, userId: string, page: PageAsked): Promise<FollowPage> {
  return pageByKey(ctx, `muting:${userId}`, page, (range) => readMutingPage(ctx, userId, range));
}

/** A page of who asks to follow `userId`. */
export function listRequesters(ctx: Ctx, userId: string, page: PageAsked): Promise<FollowPage> {
  return pageByKey(ctx, `follow-requests:${userId}`, page, (range) => readRequestersPage(ctx, userId, range));
}

/** A page of who follows `userId`. */
export async function listFollowers(ctx: Ctx, userId: string, page: PageAsked): Promise<FollowPage> {
  const list = `followers:${userId}`;
  const after = followerOfCursor(page.token === undefined ? "" : decodeCursor(ctx, list, page.token));
  const range = { first: 0, last: LOGICAL_SHARDS - 1 };
  const keys = await guarded(ctx, userId, () =>
    readFollowersPage(ctx, userId, { after, range, count: page.count + 1 }),
  );
  const rows = keys.map((key) => ({ id: key.id, position: cursorOfFollower(key) }));
  return cut(ctx, list, rows, page.count);
}

async function pageByKey(
  ctx: Ctx,
  list: string,
  page: PageAsked,
  read: (range: KeyRange) => Promise<string[]>,
): Promise<FollowPage> {
  const before = page.token === undefined ? ID_MAX : decodeCursor(ctx, list, page.token);
  const ids = await read({ before, count: page.count + 1 });
  return cut(
    ctx,
    list,
    ids.map((id) => ({ id, position: id })),
    page.count,
  );
}

/** One row more than asked for was read: it says that there is more, and stays for the next page. */
function cut(ctx: Ctx, list: string, rows: readonly { id: string; position: string }[], count: number): FollowPage {
  const shown = rows.slice(0, count);
  const last = shown.at(-1);
  const ids = shown.map((row) => row.id);
  if (rows.length <= count || last === undefined) return { ids };
  return { ids, nextToken: encodeCursor(ctx, list, last.position) };
}
