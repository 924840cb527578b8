import { sql } from "drizzle-orm";
import { bookmarkedOf, likedOf } from "../engagement/reader.ts";
import { standingColumns, standingsOfRow, type StandingRow } from "../graph/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { retweetedOf } from "../tweets/reader.ts";
import type { Asked } from "./contract.ts";
import type { Standing, Viewing } from "./viewing.ts";

/** What is between the viewer and the objects of an answer: never remembered, never shared. */
export interface ViewerFields {
  readonly standings: ReadonlyMap<string, Standing>;
  readonly liked: ReadonlySet<string>;
  readonly retweeted: ReadonlySet<string>;
  readonly bookmarked: ReadonlySet<string>;
}

export const asksOfUsers = (asked: Asked): boolean =>
  asked["user.fields"]?.some((field) => field === "viewer" || field === "connection_status") === true;
export const asksOfTweets = (asked: Asked): boolean =>
  (asked["tweet.fields"] ?? asked["post.fields"])?.includes("viewer") === true;

interface EngagedRow {
  readonly liked: string;
  readonly retweeted: string;
  readonly bookmarked: string;
}

/**
 * What `asked` needs of it, or null where nobody asked or nobody is signed in. At most one query, of the viewer's own
 * shard. Throws DependencyFailed.
 */
export async function readViewerFields(
  ctx: Ctx,
  { viewer }: Viewing,
  asked: Asked,
  about: { readonly userIds: readonly string[]; readonly tweetIds: readonly string[] },
): Promise<ViewerFields | null> {
  const userIds = asksOfUsers(asked) ? about.userIds : [];
  const tweetIds = asksOfTweets(asked) ? about.tweetIds : [];
  if (viewer === null || (userIds.length === 0 && tweetIds.length === 0)) return null;
  const { userId } = viewer;
  const [row] = await ctx.dependencies.guard(`shard:${ctx.shards.indexOf(userId)}`, () =>
    ctx.dbOf(userId).all<StandingRow & EngagedRow>(sql`
      SELECT ${standingColumns(userId, userIds)}, ${likedOf(userId, tweetIds)} AS liked,
        ${retweetedOf(userId, tweetIds)} AS retweeted, ${bookmarkedOf(userId, tweetIds)} AS bookmarked`),
  );
  const setOf = (json = "[]"): Set<string> => new Set(JSON.parse(json) as string[]);
  return {
    standings: row === undefined ? new Map() : standingsOfRow(row, userIds, ctx.clock.now()),
    liked: setOf(row?.liked),
    retweeted: setOf(row?.retweeted),
    bookmarked: setOf(row?.bookmarked),
  };
}
