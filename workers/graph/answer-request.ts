import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import type { Viewer } from "../lib/route.ts";
import { FOLLOW_ANSWERED } from "./events.ts";
import { writeAnswer } from "./requests-writer.ts";

export interface AnsweredRequest {
  readonly approved: boolean;
}

/**
 * Grants or refuses the request of `requesterId` to follow the actor. The requester follows, or does not, by the event. To
 * grant it to who follows, or to refuse it to who does not ask, changes nothing. Throws `not_found` for one that was answered
 * otherwise or never made, `account_inactive`.
 */
export async function answerRequest(
  ctx: Ctx,
  actor: Viewer,
  given: { requesterId: string; approved: boolean; idempotency: IdempotentRequest | null },
): Promise<AnsweredRequest> {
  const { requesterId, approved, idempotency } = given;
  const { userId } = actor;
  const answer: AnsweredRequest = { approved };
  const { eventId, outcome } = await withEventId(ctx, userId, async (eventId) => ({
    eventId,
    outcome: await writeAnswer(
      ctx,
      { eventId, userId, requesterId, approved },
      idempotency && { request: idempotency, answer },
    ),
  }));
  if (outcome.event !== null) publishEvent(ctx, { id: eventId, kind: FOLLOW_ANSWERED, payload: outcome.event });
  if (!outcome.active) throw new DomainError("account_inactive", "This account is not active.");
  const replay = idempotency === null ? null : replayOf<AnsweredRequest>(ctx, idempotency, outcome.key);
  if (replay !== null) return replay;
  // What was answered just now was there, even where an ended follow of before still looks like one that stands.
  if (outcome.event === null && outcome.granted !== approved)
    throw new DomainError("not_found", "There is no such request.");
  return answer;
}
