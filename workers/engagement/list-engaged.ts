import type { TimelinePage } from "../hydrate/answers.ts";
import { fillPage, pageOf } from "../hydrate/fill-page.ts";
import { pageRange, type PageQuery } from "../hydrate/page-range.ts";
import { refusalToRead } from "../hydrate/user-gate.ts";
import type { Viewing } from "../hydrate/viewing.ts";
import type { Ctx } from "../lib/context.ts";
import type { Viewer } from "../lib/route.ts";
import { ID_MAX } from "../lib/snowflake.ts";
import { noSuchFolder } from "./change-edge.ts";
import { readEngagedIds, readFolderTweetIds, readHasFolder, type IdRange } from "./edges-reader.ts";

/**
 * A page of the tweets that `userId` likes, newest tweet first, as far as the viewer may see them; empty, with the reason,
 * where the likes are not for the viewer. All of these throw `invalid_request` for a token of another list; this one
 * `not_found`.
 */
export async function listLikedTweets(
  ctx: Ctx,
  viewing: Viewing,
  userId: string,
  query: PageQuery,
): Promise<TimelinePage> {
  const list = `liked:${userId}`;
  // A made-up token is a mistake whoever's likes were asked for.
  const range = pageRange(ctx, list, query);
  const refusal = await refusalToRead(ctx, viewing, userId);
  if (refusal !== null) return { views: [], meta: {}, errors: [refusal] };
  return fill(ctx, viewing, list, range, (part) => readEngagedIds(ctx, "like", userId, part));
}

/** A page of the actor's bookmarks, newest tweet first. */
export async function listBookmarks(
  ctx: Ctx,
  viewing: Viewing,
  { userId }: Viewer,
  query: PageQuery,
): Promise<TimelinePage> {
  const list = `bookmarks:${userId}`;
  return fill(ctx, viewing, list, pageRange(ctx, list, query), (part) => readEngagedIds(ctx, "bookmark", userId, part));
}

/** A page of what is in one of the actor's folders, newest tweet first. Throws `not_found` for any other folder. */
export async function listFolderTweets(
  ctx: Ctx,
  viewing: Viewing,
  { userId }: Viewer,
  query: PageQuery & { readonly folderId: string },
): Promise<TimelinePage> {
  const { folderId } = query;
  const list = `bookmark-folder:${userId}:${folderId}`;
  const range = pageRange(ctx, list, query);
  if (!(await readHasFolder(ctx, userId, folderId))) throw noSuchFolder();
  return fill(ctx, viewing, list, range, (part) => readFolderTweetIds(ctx, userId, folderId, part));
}

async function fill(
  ctx: Ctx,
  viewing: Viewing,
  list: string,
  range: IdRange,
  read: (range: IdRange) => Promise<string[]>,
): Promise<TimelinePage> {
  const filled = await fillPage(ctx, viewing, "elsewhere", range, async (part) => {
    const ids = await read(part);
    const entries = ids.map((id) => ({ id, tweetId: id }));
    return { entries, end: ids.length < part.count, degraded: [], settled: ID_MAX };
  });
  return pageOf(ctx, list, filled);
}
