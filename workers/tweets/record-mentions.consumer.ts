import { readUserIdsByUsername } from "../accounts/reader.ts";
import { groupBy } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";
import type { TweetPosted } from "./events.ts";
import { writeMentions } from "./writer.ts";

/** Writes into each mentioned user's shard that the tweet mentions them. Names that nobody has are left out. */
export async function recordMentions(ctx: Ctx, posted: TweetPosted): Promise<void> {
  if (posted.mentions.length === 0) return;
  const found = await readUserIdsByUsername(ctx, posted.mentions);
  const byShard = groupBy(found.values(), (userId) => ctx.shards.indexOf(userId));
  await Promise.all([...byShard].map(([index, userIds]) => writeMentions(ctx, index, posted.tweetId, userIds)));
}
