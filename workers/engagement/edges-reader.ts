import { sql, type SQL } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import type { EdgeKind } from "./events.ts";
import { bookmarkFolderItems, bookmarkFolders, EDGES, likers } from "./tables.ts";

/** Beside reader.ts, for this room alone: pages in key order. Every function is one query; throws DependencyFailed. */

/** Ids, both ends exclusive. */
export interface IdRange {
  readonly before: string;
  readonly since: string;
  readonly count: number;
}

/** The tweets that `userId` likes, or has bookmarked, newest tweet first. */
export function readEngagedIds(ctx: Ctx, kind: EdgeKind, userId: string, range: IdRange): Promise<string[]> {
  const where = sql`FROM ${EDGES[kind].forward} WHERE user_id = ${userId} AND state = 1`;
  return readTweetIds(ctx, userId, where, range);
}

/** The tweets in a folder of `userId`'s, newest tweet first. */
export function readFolderTweetIds(ctx: Ctx, userId: string, folderId: string, range: IdRange): Promise<string[]> {
  const where = sql`FROM ${bookmarkFolderItems} WHERE user_id = ${userId} AND folder_id = ${folderId}`;
  return readTweetIds(ctx, userId, where, range);
}

async function readTweetIds(ctx: Ctx, userId: string, where: SQL, range: IdRange): Promise<string[]> {
  const rows = await read<{ id: string }>(
    ctx,
    userId,
    sql`SELECT tweet_id AS id ${where} AND tweet_id < ${range.before} AND tweet_id > ${range.since}
      ORDER BY tweet_id DESC LIMIT ${range.count}`,
  );
  return rows.map((row) => row.id);
}

/** Part of a list, below `before` (exclusive). */
export interface IdsBelow {
  readonly before: string;
  readonly count: number;
}

/** Who likes `tweetId`, newest account first. */
export async function readLikerIds(ctx: Ctx, tweetId: string, page: IdsBelow): Promise<string[]> {
  const rows = await read<{ id: string }>(
    ctx,
    tweetId,
    sql`SELECT user_id AS id FROM ${likers} WHERE tweet_id = ${tweetId} AND state = 1 AND user_id < ${page.before}
      ORDER BY user_id DESC LIMIT ${page.count}`,
  );
  return rows.map((row) => row.id);
}

export interface BookmarkFolder {
  readonly id: string;
  readonly name: string;
}

/** The folders of `userId`, newest first. */
export function readFolders(ctx: Ctx, userId: string, page: IdsBelow): Promise<BookmarkFolder[]> {
  return read(
    ctx,
    userId,
    sql`SELECT id, name FROM ${bookmarkFolders} WHERE user_id = ${userId} AND id < ${page.before}
      ORDER BY id DESC LIMIT ${page.count}`,
  );
}

/** True where `userId` has that folder. */
export async function readHasFolder(ctx: Ctx, userId: string, folderId: string): Promise<boolean> {
  const rows = await read<{ found: number }>(
    ctx,
    userId,
    sql`SELECT 1 AS found FROM ${bookmarkFolders} WHERE user_id = ${userId} AND id = ${folderId}`,
  );
  return rows.length > 0;
}

const read = <Row>(ctx: Ctx, id: string, query: SQL): Promise<Row[]> =>
  ctx.dependencies.guard(`shard:${ctx.shards.indexOf(id)}`, () => ctx.dbOf(id).all<Row>(query));
