import { requireTweet } from "../hydrate/require-tweet.ts";
import type { Ctx } from "../lib/context.ts";
import type { IdempotentRequest } from "../lib/idempotency.ts";
import type { Viewer } from "../lib/route.ts";
import { endEdge, raiseEdge } from "./change-edge.ts";

export interface BookmarkAnswer {
  readonly bookmarked: boolean;
}

/**
 * Bookmarks a tweet, and puts it into a folder where one is given; a retweet stands for its original, and twice is once.
 * Throws `not_found` for a tweet that is absent or hidden from the actor and for a folder that is not theirs,
 * `account_inactive`.
 */
export async function bookmarkTweet(
  ctx: Ctx,
  actor: Viewer,
  bookmark: { tweetId: string; folderId: string | undefined; idempotency: IdempotentRequest | null },
): Promise<BookmarkAnswer> {
  const { tweet } = await requireTweet(ctx, actor, bookmark.tweetId);
  const answer: BookmarkAnswer = { bookmarked: true };
  const idempotency = bookmark.idempotency && { request: bookmark.idempotency, answer };
  const edge = { kind: "bookmark", tweetId: tweet.id, folderId: bookmark.folderId, idempotency } as const;
  return (await raiseEdge<BookmarkAnswer>(ctx, actor, edge)) ?? answer;
}

/** Ends a bookmark and takes it out of every folder; where there is none nothing changes. Throws `account_inactive`. */
export const removeBookmark = (ctx: Ctx, actor: Viewer, tweetId: string): Promise<void> =>
  endEdge(ctx, actor, "bookmark", tweetId);
