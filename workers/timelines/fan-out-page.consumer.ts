import * as z from "zod";
import { FOLLOWERS_START, readFollowersPage, type FollowerKey } from "../graph/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { finishRange, saveProgress, type Progress } from "../lib/outbox.ts";
import { deliverToReaders, type Delivery } from "./fan-out.ts";

const entry = z.object({
  id: z.string(),
  tweetId: z.string(),
  authorId: z.string(),
  actorId: z.string(),
  replyToId: z.string().exactOptional(),
});

/** One page of one range of an audience; a range is the followers whose shard is one database. */
export const fanOutPage = z.object({
  v: z.literal(1),
  eventId: z.string(),
  authorId: z.string(),
  delivery: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("push"), entry }),
    z.object({ kind: z.literal("remove"), tweetId: z.string() }),
  ]),
  /** Readers seen before this are skipped; Unix milliseconds. */
  seenSince: z.number(),
  range: z.string(),
  /** Behind which follower the page begins; "" at the start. */
  cursor: z.string(),
});
export type FanOutPage = z.infer<typeof fanOutPage>;

const rangeName = (index: number): string => `r${index}`;
const rangeIndex = (name: string): number => Number(name.slice(1));

/** Ranges of an audience, one a database, none begun. */
export function rangesOf(ctx: Ctx): Progress {
  return Object.fromEntries(Array.from({ length: ctx.shards.count }, (_, index) => [rangeName(index), ""]));
}

/** Text order is the key's order, so a saved cursor can be compared. */
const cursorOf = (key: FollowerKey): string => `${String(key.shard).padStart(4, "0")}:${key.id}`;

function keyOf(cursor: string): FollowerKey {
  const [shard, id] = cursor.split(":");
  return shard === undefined || id === undefined ? FOLLOWERS_START : { shard: Number(shard), id };
}

/** Sends the pages that `progress` still asks for. */
export async function sendPages(
  ctx: Ctx,
  page: Omit<FanOutPage, "v" | "range" | "cursor">,
  progress: Progress,
): Promise<void> {
  const bodies = Object.entries(progress).map(([range, cursor]): FanOutPage => ({ v: 1, ...page, range, cursor }));
  // A queue takes up to 100 messages at once.
  for (let at = 0; at < bodies.length; at += 100) {
    await ctx.fanout.sendBatch(bodies.slice(at, at + 100).map((body) => ({ body })));
  }
}

/** Delivers one page, then sends the next of its range or reports the range as done. */
export async function fanOutToPage(ctx: Ctx, page: FanOutPage): Promise<void> {
  const count = ctx.limits.FANOUT_PAGE_SIZE;
  const range = ctx.shards.rangeOf(rangeIndex(page.range));
  const followers = await readFollowersPage(ctx, page.authorId, { after: keyOf(page.cursor), range, count });
  const ids = followers.map((follower) => follower.id);
  await deliverToReaders(ctx, page.delivery as Delivery, ids, page.seenSince);
  const last = followers.at(-1);
  if (followers.length < count || last === undefined) return finishRange(ctx, page.eventId, page.range);
  const cursor = cursorOf(last);
  await saveProgress(ctx, page.eventId, page.range, cursor);
  await ctx.fanout.send({ ...page, cursor } satisfies FanOutPage);
}
