import { readActiveUserIds } from "../accounts/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import { tellOwnTimeline } from "../lib/own-timeline.ts";
import type { Viewer } from "../lib/route.ts";
import { MUTE_CHANGED } from "./events.ts";
import { writeMute } from "./mutes-writer.ts";

export interface MuteAnswer {
  readonly muting: boolean;
}

/**
 * Mutes `mutedId` until `until` (Unix milliseconds), or for good: the follow, if there is one, stays. Muting again replaces
 * the end. Throws `unprocessable` for oneself and for an end that is past, `not_found`, `account_inactive`.
 */
export async function muteUser(
  ctx: Ctx,
  actor: Viewer,
  mute: { mutedId: string; until: number | null; idempotency: IdempotentRequest | null },
): Promise<MuteAnswer> {
  const { mutedId, until } = mute;
  if (mutedId === actor.userId) throw new DomainError("unprocessable", "You cannot mute yourself.");
  mustBeAhead(ctx, until);
  const found = await readActiveUserIds(ctx, [mutedId]);
  if (!found.has(mutedId)) throw new DomainError("not_found", "There is no such user.");
  return changeMute(ctx, actor, { ...mute, state: 1 });
}

/** Ends a mute; one that does not stand stays as it is. Throws `account_inactive`. */
export async function unmuteUser(ctx: Ctx, actor: Viewer, mutedId: string): Promise<void> {
  await changeMute(ctx, actor, { mutedId, until: null, state: 0, idempotency: null });
}

/** Throws `unprocessable` for a mute that would have ended already. */
export function mustBeAhead(ctx: Ctx, until: number | null): void {
  if (until === null || until > ctx.clock.now()) return;
  const detail = "expires_at must lie ahead.";
  throw new DomainError("unprocessable", detail, [{ message: detail, parameters: { expires_at: [] } }]);
}

async function changeMute(
  ctx: Ctx,
  { userId: muterId }: Viewer,
  change: { mutedId: string; until: number | null; state: 0 | 1; idempotency: IdempotentRequest | null },
): Promise<MuteAnswer> {
  const { mutedId, until, state, idempotency } = change;
  const answer: MuteAnswer = { muting: state === 1 };
  const { eventId, outcome } = await withEventId(ctx, muterId, async (eventId) => ({
    eventId,
    outcome: await writeMute(
      ctx,
      { eventId, muterId, mutedId, state, until },
      idempotency && { request: idempotency, answer },
    ),
  }));
  if (!outcome.active) throw new DomainError("account_inactive", "This account is not active.");
  const { event } = outcome;
  if (event !== null) {
    publishEvent(ctx, { id: eventId, kind: MUTE_CHANGED, payload: event });
    const { version } = event;
    await tellOwnTimeline(ctx, muterId, (timeline) =>
      timeline.setStanding({ userId: mutedId, kind: "muting", state, version, until }),
    );
  }
  return (idempotency === null ? null : replayOf<MuteAnswer>(ctx, idempotency, outcome.key)) ?? answer;
}
