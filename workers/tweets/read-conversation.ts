import type { TimelinePage } from "../hydrate/answers.ts";
import type { Viewing } from "../hydrate/viewing.ts";
import { readVisibleTweets } from "../hydrate/visible-tweets.ts";
import type { Ctx } from "../lib/context.ts";
import { decodeCursor, encodeCursor } from "../lib/cursor.ts";
import { DomainError } from "../lib/errors.ts";
import { guarded } from "../lib/guarded.ts";
import {
  ANCESTORS_MAX,
  readPlace,
  readReplies,
  readThread,
  type Place,
  type ReplyNode,
  type WalkSeed,
} from "./conversation-reader.ts";

/** The nearest of the tweets answered that come before the tweet itself; the farther ones have conversations of their own. */
const ANCESTORS_SHOWN_MAX = 100;
/** Tweets of the author's own thread that are followed at all. */
const THREAD_MAX = 1000;

/** Where a page goes on: behind a tweet of the author's thread, the tweet itself included, or behind a reply. */
interface Position {
  readonly part: "thread" | "replies";
  readonly after: string;
  readonly conversationId: string;
  /** The tweet round which is read. */
  readonly focalId: string;
}

/**
 * A page of the conversation round `askedId` in reading order: what it answers (with the first page, beside `count`), the
 * tweet, its author's own thread, then the replies, each with all that answers it behind it. A retweet's id stands for its
 * original. Hidden ones are left out, so a page may be short. Throws `not_found`, `invalid_request` for a token of another
 * list.
 */
export async function readConversation(
  ctx: Ctx,
  viewing: Viewing,
  askedId: string,
  page: { count: number; token?: string | undefined },
): Promise<TimelinePage> {
  const list = `conversation:${askedId}`;
  const position = page.token === undefined ? null : positionOf(decodeCursor(ctx, list, page.token));
  const { focalId, conversationId, ancestors } = position ?? (await beginAt(ctx, askedId));
  // One more than is shown: what the farthest one answers says where its own row is.
  const near = ancestors.slice(-ANCESTORS_SHOWN_MAX - 1);
  const { conversationAuthorId, thread, hiddenAbove } = await guarded(ctx, conversationId, () =>
    readThread(ctx, conversationId, focalId, { count: THREAD_MAX, ancestors: near }),
  );
  const part = await nextPart(ctx, { focalId, conversationId, thread, position, count: page.count });
  const ids = [...ancestors.slice(-ANCESTORS_SHOWN_MAX), ...part.nodes.map((node) => node.id)];
  const isTheirs = conversationAuthorId !== null && conversationAuthorId === viewing.viewerId;
  const hidden = [...hiddenAbove, ...part.nodes.flatMap((node) => (node.hidden ? [node.id] : []))];
  const visible = await readVisibleTweets(ctx, viewing, "conversation", new Set([askedId, focalId, ...ids]), {
    hiddenReplies: new Set(isTheirs ? [] : hidden),
  });
  if (!visible.views.has(askedId) && !visible.unread.has(askedId)) throw noSuchTweet();
  const next = part.next === null ? null : { ...part.next, conversationId, focalId };
  return {
    views: ids.flatMap((id) => visible.views.get(id) ?? []),
    meta: {
      ...(next === null ? {} : { next_token: encodeCursor(ctx, list, textOf(next)) }),
      ...(visible.failed.length === 0 ? {} : { degraded: visible.failed }),
    },
  };
}

/** Where a conversation that was asked for by `askedId` is read from. */
async function beginAt(ctx: Ctx, askedId: string) {
  const asked = await placeOf(ctx, askedId);
  const focalId = asked.retweetedId ?? askedId;
  const { ancestors } = asked.retweetedId === null ? asked : await placeOf(ctx, focalId);
  return { focalId, conversationId: ancestors[0] ?? focalId, ancestors };
}

interface Walk {
  readonly focalId: string;
  readonly conversationId: string;
  readonly thread: readonly ReplyNode[];
  readonly position: Position | null;
  readonly count: number;
}

/** The next `count` tweets from the tweet itself on, and where the page after them goes on. */
async function nextPart(
  ctx: Ctx,
  walk: Walk,
): Promise<{ nodes: ReplyNode[]; next: Pick<Position, "part" | "after"> | null }> {
  const { focalId, conversationId, position, count } = walk;
  const all = [{ id: focalId, hidden: false }, ...walk.thread];
  const after = position?.after ?? "";
  const rest = position?.part === "replies" ? [] : all.filter((node) => node.id > after);
  const own = rest.slice(0, count);
  const lastOwn = own.at(-1)?.id ?? after;
  if (rest.length > count) return { nodes: own, next: { part: "thread", after: lastOwn } };
  const seeds = await seedsOf(
    ctx,
    all.map((node) => node.id),
    position,
  );
  const left = count - own.length;
  const replies = await guarded(ctx, conversationId, () => readReplies(ctx, conversationId, seeds, left + 1));
  const nodes = [...own, ...replies.slice(0, left)];
  if (replies.length <= left) return { nodes, next: null };
  const last = left === 0 ? undefined : replies[left - 1];
  return { nodes, next: last === undefined ? { part: "thread", after: lastOwn } : { part: "replies", after: last.id } };
}

/** Everything that comes behind a position: what answers it, then its younger siblings, then its parents' ones. */
async function seedsOf(ctx: Ctx, thread: readonly string[], position: Position | null): Promise<WalkSeed[]> {
  const fresh = (parents: readonly string[]) => parents.map((parent) => ({ parent, level: 0, after: null }));
  if (position?.part !== "replies") return fresh(thread);
  const line = await lineDown(ctx, thread, position.after);
  const from = lastOf(thread, line);
  if (from === -1) return [];
  const path = line.slice(from);
  const younger = path.slice(1).map((id, index) => ({ parent: path[index] ?? id, level: index, after: id }));
  const deepest = { parent: position.after, level: path.length - 1, after: null };
  return [deepest, ...younger, ...fresh(thread.filter((id) => id > (path[0] ?? "")))];
}

/** The ids from the thread down to `tweetId`, without a gap. Each ANCESTORS_MAX levels cost one query. */
async function lineDown(ctx: Ctx, thread: readonly string[], tweetId: string): Promise<readonly string[]> {
  let { ancestors } = await placeOf(ctx, tweetId);
  let line = [...ancestors, tweetId];
  // So many leave a gap behind the first; the second knows what is above it.
  while (ancestors.length >= ANCESTORS_MAX && lastOf(thread, line) < 1) {
    const [first = tweetId, second = first] = line;
    ({ ancestors } = await placeOf(ctx, second));
    line = [...ancestors, ...line.slice(1)];
  }
  return line;
}

const lastOf = (thread: readonly string[], line: readonly string[]): number =>
  line.findLastIndex((id) => thread.includes(id));

async function placeOf(ctx: Ctx, tweetId: string): Promise<Place> {
  const found = await guarded(ctx, tweetId, () => readPlace(ctx, tweetId));
  if (found === null) throw noSuchTweet();
  return found;
}

const textOf = ({ part, after, conversationId, focalId }: Position): string =>
  [part, after, conversationId, focalId].join(":");

function positionOf(text: string): Position & { readonly ancestors: readonly string[] } {
  const [part, after = "", conversationId = "", focalId = ""] = text.split(":");
  // What the tweet answers came with the first page.
  return { part: part === "replies" ? "replies" : "thread", after, conversationId, focalId, ancestors: [] };
}

const noSuchTweet = () => new DomainError("not_found", "There is no such tweet.");
