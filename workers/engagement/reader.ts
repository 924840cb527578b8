import { sql, type SQL } from "drizzle-orm";
import { bookmarks, engagementCounts, likes } from "./tables.ts";

/** A row that holds `engagementCountColumns`. */
export interface EngagementCountsRow {
  readonly like_count: number;
  readonly bookmark_count: number;
}

/** ` LEFT JOIN` that gives `engagementCountColumns` for `tweetId`; 0 where the row is absent. */
export const joinEngagementCounts = (tweetId: SQL): SQL =>
  sql`LEFT JOIN ${engagementCounts} ON ${engagementCounts.tweetId} = ${tweetId}`;
export const engagementCountColumns: SQL = sql`
  coalesce(${engagementCounts.likeCount}, 0) AS like_count,
  coalesce(${engagementCounts.bookmarkCount}, 0) AS bookmark_count`;

/** JSON text of those of `tweetIds` that `userId` likes, for use inside another query of that user's shard. */
export const likedOf = (userId: string, tweetIds: readonly string[]): SQL => sql`(
  SELECT json_group_array(${likes.tweetId}) FROM ${likes} WHERE ${likes.userId} = ${userId}
    AND ${likes.state} = 1 AND ${likes.tweetId} IN (SELECT value FROM json_each(${JSON.stringify(tweetIds)})))`;

/** The same for bookmarks. */
export const bookmarkedOf = (userId: string, tweetIds: readonly string[]): SQL => sql`(
  SELECT json_group_array(${bookmarks.tweetId}) FROM ${bookmarks} WHERE ${bookmarks.userId} = ${userId}
    AND ${bookmarks.state} = 1 AND ${bookmarks.tweetId} IN (SELECT value FROM json_each(${JSON.stringify(tweetIds)})))`;
