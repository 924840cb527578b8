import { requireTweet } from "../hydrate/require-tweet.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { guarded } from "../lib/guarded.ts";
import type { Viewer } from "../lib/route.ts";
import { readReplyRules } from "./references-reader.ts";
import { writeHidden } from "./references-writer.ts";

/**
 * Hides a reply from the conversation that the actor began, or shows it again. Throws `not_found` for a tweet that is absent
 * or hidden from the actor, `forbidden` where it is no reply in a conversation of the actor's, or the actor's own,
 * `account_inactive`.
 */
export async function hideReply(ctx: Ctx, actor: Viewer, change: { tweetId: string; hidden: boolean }): Promise<void> {
  const { tweet } = await requireTweet(ctx, actor, change.tweetId);
  const { conversationId, replyToId, authorId } = tweet;
  const first =
    replyToId === null ? null : await guarded(ctx, conversationId, () => readReplyRules(ctx, conversationId));
  if (replyToId === null || first?.authorId !== actor.userId || authorId === actor.userId) {
    throw new DomainError("forbidden", "Only replies of others in a conversation that you began can be hidden.");
  }
  const byOther = tweet.replyToUserId === authorId ? 0 : 1;
  const reply = { targetId: replyToId, byOther, tweetId: tweet.id, authorId } as const;
  const by = { conversationId, actorId: actor.userId };
  const active = await writeHidden(ctx, reply, change.hidden ? 1 : 0, by);
  if (!active) throw new DomainError("account_inactive", "This account is not active.");
}
