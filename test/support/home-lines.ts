import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";

/** The lines that orders of events are drawn over: few enough people and tweets that everything meets everything. */

/** Of 19 digits as they are, so that the wire has them as the store. */
export const idOf = (number: number): string => String(1_000_000_000_000_000_000n + BigInt(number));
export const OWNER = idOf(1);
export const FRIENDS = [idOf(2), idOf(3), idOf(4)] as const;
export const STRANGER = idOf(9);

/** Plain tweets, replies and retweets in turn; those retweeted are few, and one stands here itself. */
export function entryAt(number: number): TimelineEntry {
  const actorId = [OWNER, ...FRIENDS][number % 4] ?? OWNER;
  const own = { id: idOf(1_000 + number), tweetId: idOf(1_000 + number), authorId: actorId, actorId };
  if (number % 5 === 3) return { ...own, tweetId: idOf(900 + (number % 3)), authorId: STRANGER };
  if (number % 5 === 4) return { ...own, tweetId: idOf(1_001), authorId: FRIENDS[0] };
  if (number % 5 === 2) return { ...own, replyToId: [OWNER, ...FRIENDS, STRANGER][number % 7] ?? STRANGER };
  return own;
}
