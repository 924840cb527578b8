import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import { tellOwnTimeline } from "../lib/own-timeline.ts";
import type { Viewer } from "../lib/route.ts";
import { readMutedWords } from "./edges-reader.ts";
import { MUTED_WORDS_CHANGED } from "./events.ts";
import { mustBeAhead } from "./mute-user.ts";
import { writeMutedWord, type WordOutcome } from "./mutes-writer.ts";

/** As X has it. */
export const MUTED_WORDS_MAX = 200;

export interface MutedWord {
  readonly word: string;
  /** ISO 8601; absent where it is muted for good. */
  readonly expires_at?: string;
}

/** The words the actor mutes now, in order of the alphabet. */
export async function listMutedWords(ctx: Ctx, actor: Viewer): Promise<MutedWord[]> {
  const words = await readMutedWords(ctx, actor.userId);
  return [...words].map(([word, until]) => mutedWord(word, until));
}

/**
 * Mutes `word` (lower-cased) until `until` (Unix milliseconds), or for good; muting it again replaces the end. Throws
 * `unprocessable` for an end that is past, `forbidden` at MUTED_WORDS_MAX, `account_inactive`.
 */
export async function muteWord(
  ctx: Ctx,
  actor: Viewer,
  mute: { word: string; until: number | null; idempotency: IdempotentRequest | null },
): Promise<MutedWord> {
  const { word, until, idempotency } = mute;
  mustBeAhead(ctx, until);
  const answer = mutedWord(word, until);
  const outcome = await changeWord(ctx, actor, { ...mute, state: 1 }, answer);
  const replay = idempotency === null ? null : replayOf<MutedWord>(ctx, idempotency, outcome.key);
  if (replay !== null) return replay;
  if (outcome.muted) return answer;
  throw new DomainError("forbidden", `At most ${MUTED_WORDS_MAX} words may be muted.`);
}

/** Ends the mute of `word` (lower-cased); one that does not stand stays as it is. Throws `account_inactive`. */
export async function unmuteWord(ctx: Ctx, actor: Viewer, word: string): Promise<void> {
  await changeWord(ctx, actor, { word, until: null, state: 0, idempotency: null }, {});
}

async function changeWord(
  ctx: Ctx,
  { userId }: Viewer,
  change: { word: string; until: number | null; state: 0 | 1; idempotency: IdempotentRequest | null },
  answer: object,
): Promise<WordOutcome> {
  const { idempotency, ...word } = change;
  const { eventId, outcome } = await withEventId(ctx, userId, async (eventId) => ({
    eventId,
    outcome: await writeMutedWord(
      ctx,
      { eventId, userId, ...word, wordsMax: MUTED_WORDS_MAX },
      idempotency && { request: idempotency, answer },
    ),
  }));
  if (!outcome.active) throw new DomainError("account_inactive", "This account is not active.");
  const { event } = outcome;
  if (event !== null) {
    publishEvent(ctx, { id: eventId, kind: MUTED_WORDS_CHANGED, payload: event });
    const { words, version } = event;
    await tellOwnTimeline(ctx, userId, (timeline) => timeline.setMutedWords({ words, version }));
  }
  return outcome;
}

const mutedWord = (word: string, until: number | null): MutedWord =>
  until === null ? { word } : { word, expires_at: new Date(until).toISOString() };
