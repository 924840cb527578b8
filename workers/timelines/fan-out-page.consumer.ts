import * as z from "zod";
import { cursorOfFollower, followerOfCursor, readFollowersPage } from "../graph/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { timeOfId } from "../lib/snowflake.ts";
import { addRange, finishRange, saveProgress, type Progress } from "../lib/outbox.ts";
import type { Delivery, DeliverySeat } from "./delivery-round.ts";
import { activeReadersOf, idsOf, isBacklogged, splitByPresence } from "./fan-out.ts";
import type { ActiveReader } from "./reader.ts";

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
  /** The range's first walk under a backlog: only to those who are here, the others' walk has its own range. */
  hereOnly: z.literal(true).exactOptional(),
  /** On pages for those who are away: since when they may be held back; Unix milliseconds. */
  heldSince: z.number().exactOptional(),
});
export type FanOutPage = z.infer<typeof fanOutPage>;
type WholePage = Omit<FanOutPage, "v" | "range" | "cursor" | "hereOnly" | "heldSince">;

/** Ranges for everybody (`r0`, `r1`, …) and for those who are away (`a0`, `a1`, …). */
const EVERYBODY = "r";
const AWAY = "a";
const rangeIndex = (name: string): number => Number(name.slice(1));
const awayRange = (index: number): string => `${AWAY}${index}`;
const isAway = (name: string): boolean => name.startsWith(AWAY);

/** Ranges of an audience, one a database, none begun; `split`: one for those who are here and one for those who are away. */
export function rangesOf(ctx: Ctx, split: boolean): Progress {
  const names = Array.from({ length: ctx.shards.count }, (_, index) =>
    split ? [`${EVERYBODY}${index}`, awayRange(index)] : [`${EVERYBODY}${index}`],
  );
  return Object.fromEntries(names.flat().map((name) => [name, ""]));
}

/** Ranges for the databases of `readers`, who are away. */
export function awayRangesOf(ctx: Ctx, readers: readonly ActiveReader[]): Progress {
  return Object.fromEntries(readers.map(({ id }) => [awayRange(ctx.shards.indexOf(id)), ""]));
}

/**
 * Sends the pages that `progress` still asks for; those who are away have a queue of their own. Where they have a range of
 * their own, the other one is for those who are here.
 */
export async function sendPages(ctx: Ctx, page: WholePage, progress: Progress): Promise<void> {
  const heldSince = ctx.clock.now();
  const walkOf = (range: string) => {
    if (isAway(range)) return { heldSince };
    return progress[awayRange(rangeIndex(range))] === undefined ? {} : { hereOnly: true as const };
  };
  const bodies = Object.entries(progress).map(([range, cursor]): FanOutPage => ({
    v: 1,
    ...page,
    range,
    cursor,
    ...walkOf(range),
  }));
  const [away, everybody] = [bodies.filter(({ range }) => isAway(range)), bodies.filter(({ range }) => !isAway(range))];
  for (const [queue, part] of [[ctx.fanout, everybody] as const, [ctx.later, away] as const]) {
    // A queue takes up to 100 messages at once.
    for (let at = 0; at < part.length; at += 100) {
      await queue.sendBatch(part.slice(at, at + 100).map((body) => ({ body })));
    }
  }
}

/** Delivers one page, then sends the next of its range or reports the range as done. */
export async function fanOutToPage(ctx: Ctx, page: FanOutPage, seat: DeliverySeat): Promise<void> {
  const count = ctx.limits.FANOUT_PAGE_SIZE;
  const range = ctx.shards.rangeOf(rangeIndex(page.range));
  const followers = await readFollowersPage(ctx, page.authorId, { after: followerOfCursor(page.cursor), range, count });
  const ids = followers.map((follower) => follower.id);
  const readers = await activeReadersOf(ctx, ids, page.seenSince);
  const current = await givePrecedence(ctx, page);
  await seat.deliver(page.delivery as Delivery, idsOf(chooseReaders(ctx, current, readers)));
  const last = followers.at(-1);
  if (followers.length < count || last === undefined) return finishRange(ctx, page.eventId, page.range);
  const cursor = cursorOfFollower(last);
  await saveProgress(ctx, page.eventId, page.range, cursor);
  await (isAway(page.range) ? ctx.later : ctx.fanout).send({ ...current, cursor } satisfies FanOutPage);
}

/** Under a backlog, or in an audience that takes this long, a range goes on with those who are here; the others get a range that begins at this page. */
async function givePrecedence(ctx: Ctx, page: FanOutPage): Promise<FanOutPage> {
  const { range, cursor, hereOnly, heldSince: _notThisOnes, ...whole } = page;
  if (isAway(range) || hereOnly === true || page.delivery.kind === "remove") return page;
  if (!isBacklogged(ctx, timeOfId(page.eventId))) return page;
  const added = awayRange(rangeIndex(range));
  if (!(await addRange(ctx, page.eventId, { range: added, cursor, beside: range }))) return page;
  await sendPages(ctx, whole, { [added]: cursor });
  return { ...page, hereOnly: true };
}

function chooseReaders(ctx: Ctx, page: FanOutPage, readers: readonly ActiveReader[]): readonly ActiveReader[] {
  if (isAway(page.range)) return splitByPresence(ctx, page.eventId, readers).away;
  return page.hereOnly === true ? splitByPresence(ctx, page.eventId, readers).here : readers;
}

/** True where a page for those who are away still has to wait while the others' queues are behind. */
export const mayBeHeld = (ctx: Ctx, page: FanOutPage): boolean =>
  page.heldSince !== undefined && ctx.clock.now() - page.heldSince < ctx.limits.FANOUT_LATER_SECONDS_MAX * 1000;
