import { Hono } from "hono";
import { presentTimeline, presentUserPage } from "../hydrate/answers.ts";
import { Viewing } from "../hydrate/viewing.ts";
import { underKey } from "../lib/idempotency.ts";
import { requireSelf } from "../lib/require-self.ts";
import { handle, type AppEnv } from "../lib/route.ts";
import { unpadId } from "../lib/snowflake.ts";
import { bookmarkTweet, removeBookmark } from "./bookmark-tweet.ts";
import * as contract from "./contract.ts";
import { createFolder } from "./create-folder.ts";
import { likeTweet, unlikeTweet } from "./like-tweet.ts";
import { listBookmarks, listFolderTweets, listLikedTweets } from "./list-engaged.ts";
import { listFolders } from "./list-folders.ts";
import { listLikers } from "./list-likers.ts";

const routes = new Hono<AppEnv>();

handle(routes, contract.likeTweetOperation, async ({ ctx, actor, params, body }, c) => {
  requireSelf(actor, params.id);
  const data = await underKey(ctx, actor, c.req.raw, body, (idempotency) =>
    likeTweet(ctx, actor, { tweetId: body.tweet_id, idempotency }),
  );
  return c.json({ data });
});

handle(routes, contract.unlikeTweetOperation, async ({ ctx, actor, params }, c) => {
  requireSelf(actor, params.id);
  await unlikeTweet(ctx, actor, params.tweet_id);
  return c.json({ data: { liked: false } });
});

handle(routes, contract.getLikedTweetsOperation, async ({ ctx, actor, params, query }) => {
  const viewing = new Viewing(ctx, actor);
  return presentTimeline(ctx, await listLikedTweets(ctx, viewing, params.id, query), { viewing, asked: query });
});

handle(routes, contract.getLikingUsersOperation, async ({ ctx, actor, params, query }) => {
  const viewing = new Viewing(ctx, actor);
  return presentUserPage(ctx, await listLikers(ctx, viewing, params.id, query), { viewing, asked: query });
});

handle(routes, contract.bookmarkTweetOperation, async ({ ctx, actor, params, body }, c) => {
  requireSelf(actor, params.id);
  const data = await underKey(ctx, actor, c.req.raw, body, (idempotency) =>
    bookmarkTweet(ctx, actor, { tweetId: body.tweet_id, folderId: body.folder_id, idempotency }),
  );
  return c.json({ data });
});

handle(routes, contract.removeBookmarkOperation, async ({ ctx, actor, params }, c) => {
  requireSelf(actor, params.id);
  await removeBookmark(ctx, actor, params.tweet_id);
  return c.json({ data: { bookmarked: false } });
});

handle(routes, contract.getBookmarksOperation, async ({ ctx, actor, params, query }) => {
  requireSelf(actor, params.id);
  const viewing = new Viewing(ctx, actor);
  return presentTimeline(ctx, await listBookmarks(ctx, viewing, actor, query), { viewing, asked: query });
});

/** A list that may be empty: it has no `data` then. */
const listJson = (data: readonly object[], nextToken: string | undefined) => ({
  ...(data.length === 0 ? {} : { data }),
  meta: { result_count: data.length, ...(nextToken === undefined ? {} : { next_token: nextToken }) },
});

handle(routes, contract.getBookmarkFoldersOperation, async ({ ctx, actor, params, query }, c) => {
  requireSelf(actor, params.id);
  const { folders, nextToken } = await listFolders(ctx, actor, query);
  return c.json(listJson(folders, nextToken));
});

handle(routes, contract.createBookmarkFolderOperation, async ({ ctx, actor, params, body }, c) => {
  requireSelf(actor, params.id);
  const data = await underKey(ctx, actor, c.req.raw, body, (idempotency) =>
    createFolder(ctx, actor, body.name, idempotency),
  );
  return c.json({ data }, 201);
});

handle(routes, contract.getBookmarksByFolderOperation, async ({ ctx, actor, params, query }, c) => {
  requireSelf(actor, params.id);
  const wanted = { ...query, folderId: params.folder_id };
  const { views, meta } = await listFolderTweets(ctx, new Viewing(ctx, actor), actor, wanted);
  const { meta: counted, ...rest } = listJson(
    views.map(({ tweet }) => ({ id: unpadId(tweet.id) })),
    meta.next_token,
  );
  const degraded = meta.degraded === undefined ? {} : { degraded: meta.degraded };
  return c.json({ ...rest, meta: { ...counted, ...degraded } });
});

export default routes;
