import type { UserPage } from "../hydrate/answers.ts";
import { requireVisibleTweet } from "../hydrate/require-tweet.ts";
import type { Viewing } from "../hydrate/viewing.ts";
import type { Ctx } from "../lib/context.ts";
import { decodeCursor, encodeCursor } from "../lib/cursor.ts";
import { DomainError } from "../lib/errors.ts";
import { ID_MAX } from "../lib/snowflake.ts";
import { readLikerIds, type IdsBelow } from "./edges-reader.ts";

/** A page that rules empty again and again ends here and carries its `next_token`. */
const ROUNDS_MAX = 8;
/** Most likers looked at in one round. */
const ROUND_MAX = 1000;

/**
 * A page of who likes a tweet, newest account first; who is blocked either way is left out. Throws `not_found` where the
 * viewer may not see the tweet, `invalid_request` for a token of another list.
 */
export async function listLikers(
  ctx: Ctx,
  viewing: Viewing,
  tweetId: string,
  page: { readonly max_results: number; readonly pagination_token?: string | undefined },
): Promise<UserPage> {
  const { tweet } = await requireVisibleTweet(ctx, viewing, tweetId);
  const list = `likers:${tweet.id}`;
  const { max_results: count, pagination_token: token } = page;
  const before = token === undefined ? ID_MAX : decodeCursor(ctx, list, token);
  const { ids, position } = await fill(ctx, viewing, tweet.id, { before, count });
  return position === null ? { ids } : { ids, nextToken: encodeCursor(ctx, list, position) };
}

/** Reads on until the page is full or the likers end. @returns `position`: where the next page begins, null at the end. */
async function fill(
  ctx: Ctx,
  viewing: Viewing,
  tweetId: string,
  range: IdsBelow,
): Promise<{ ids: string[]; position: string | null }> {
  const ids: string[] = [];
  let position = range.before;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const count = Math.min(ROUND_MAX, (range.count - ids.length) * 2 ** round + 1);
    const found = await readLikerIds(ctx, tweetId, { before: position, count });
    await viewing.standings(found);
    if (viewing.failed.size > 0) {
      throw new DomainError("unavailable", "The store of whom you block does not answer. Try again.");
    }
    for (const id of found) {
      if (ids.length === range.count) return { ids, position };
      position = id;
      const { blocking, blockedBy } = viewing.standing(id);
      if (!blocking && !blockedBy) ids.push(id);
    }
    if (found.length < count) return { ids, position: null };
  }
  return { ids, position };
}
