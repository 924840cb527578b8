import type { Ctx } from "../lib/context.ts";
import { guarded } from "../lib/guarded.ts";
import type { Viewer } from "../lib/route.ts";
import { deleteTweet } from "./delete-tweet.ts";
import { readRetweetId } from "./references-reader.ts";

/** Takes the actor's retweet of `tweetId` back; where there is none nothing changes. Throws `account_inactive`. */
export async function undoRetweet(ctx: Ctx, actor: Viewer, tweetId: string): Promise<void> {
  const retweetId = await guarded(ctx, actor.userId, () => readRetweetId(ctx, actor.userId, tweetId));
  if (retweetId !== null) await deleteTweet(ctx, actor, retweetId);
}
