import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf } from "../lib/idempotency.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import type { Viewer } from "../lib/route.ts";
import { readTweetFacts } from "../tweets/reader.ts";
import { EDGE_CHANGED, type EdgeKind } from "./events.ts";
import { writeEdge, type EdgeOutcome, type Idempotency } from "./writer.ts";

export interface EdgeToRaise {
  readonly kind: EdgeKind;
  /** A tweet that the actor may see; no retweet. */
  readonly tweetId: string;
  readonly folderId?: string | undefined;
  readonly idempotency: Idempotency | null;
}

/**
 * Makes an edge from the actor to a tweet stand: at once among the actor's own, with the tweet by the event. One that
 * stands already stays as it is.
 * @returns the answer of the first request with this Idempotency-Key, null where this is it.
 * Throws `not_found` for a folder that is not the actor's, `account_inactive`.
 */
export async function raiseEdge<Answer>(
  ctx: Ctx,
  actor: Viewer,
  { idempotency, ...edge }: EdgeToRaise,
): Promise<Answer | null> {
  const outcome = await commitEdge(ctx, actor, { ...edge, state: 1 }, idempotency);
  const replay = idempotency === null ? null : replayOf<Answer>(ctx, idempotency.request, outcome.key);
  if (replay !== null) return replay;
  if (!outcome.folder) throw noSuchFolder();
  return null;
}

/**
 * Ends an edge of the actor's; where there is none nothing changes. A retweet's id stands for its original, as it does
 * when an edge is made. Throws `account_inactive`.
 */
export async function endEdge(ctx: Ctx, actor: Viewer, kind: EdgeKind, tweetId: string): Promise<void> {
  const { known } = await commitEdge(ctx, actor, { kind, tweetId, state: 0 }, null);
  if (known) return;
  // No edge leads to a retweet: it may have been made by this id all the same.
  const facts = await ctx.dependencies.guard(`shard:${ctx.shards.indexOf(tweetId)}`, () =>
    readTweetFacts(ctx, tweetId),
  );
  const original = facts?.retweetedId ?? null;
  if (original !== null) await commitEdge(ctx, actor, { kind, tweetId: original, state: 0 }, null);
}

async function commitEdge(
  ctx: Ctx,
  { userId }: Viewer,
  edge: { kind: EdgeKind; tweetId: string; state: 0 | 1; folderId?: string | undefined },
  idempotency: Idempotency | null,
): Promise<EdgeOutcome> {
  const { eventId, outcome } = await withEventId(ctx, userId, async (eventId) => ({
    eventId,
    outcome: await writeEdge(ctx, { ...edge, eventId, userId }, idempotency),
  }));
  if (!outcome.active) throw new DomainError("account_inactive", "This account is not active.");
  if (outcome.told !== null) publishEvent(ctx, { id: eventId, kind: EDGE_CHANGED[edge.kind], payload: outcome.told });
  return outcome;
}

export const noSuchFolder = (): DomainError => new DomainError("not_found", "You have no such bookmark folder.");
