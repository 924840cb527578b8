import { sql, type SQL } from "drizzle-orm";
import type { Ctx } from "../lib/context.ts";
import { commitChange, type ChangeOutcome, type Idempotency } from "./commit-change.ts";
import * as events from "./events.ts";
import { mutedWords, mutes } from "./tables.ts";

/** Writes mutes, of people and of words: all in the muter's shard, for nobody else is concerned. */

export interface MuteChange {
  readonly eventId: string;
  readonly muterId: string;
  readonly mutedId: string;
  readonly state: 0 | 1;
  /** Unix milliseconds at which a mute ends by itself. */
  readonly until: number | null;
}

/** Commits a mute or its end. Who is muted already is muted `until` from now on. */
export async function writeMute(
  ctx: Ctx,
  change: MuteChange,
  idempotency: Idempotency | null,
): Promise<ChangeOutcome & { event: events.MuteChanged | null }> {
  const { eventId, muterId, mutedId } = change;
  const payload = sql`(SELECT json_object('muterId', muter_id, 'mutedId', muted_id, 'state', state, 'version', version,
    'until', until) FROM ${mutes} WHERE muter_id = ${muterId} AND muted_id = ${mutedId})`;
  const statement = (condition: SQL) => raiseMute(change, condition);
  const own = { userId: muterId, eventId, kind: events.MUTE_CHANGED, payload, statement };
  const outcome = await commitChange(ctx, own, idempotency);
  return { ...outcome, event: events.muteChanged.nullable().parse(outcome.event) };
}

function raiseMute({ muterId, mutedId, state, until }: MuteChange, condition: SQL): SQL {
  if (state === 0) {
    return sql`UPDATE ${mutes} SET state = 0, version = version + 1, until = NULL
      WHERE muter_id = ${muterId} AND muted_id = ${mutedId} AND state = 1 AND ${condition}`;
  }
  return sql`INSERT INTO ${mutes} (muter_id, muted_id, state, version, until)
    SELECT ${muterId}, ${mutedId}, 1, 1, ${until} WHERE ${condition}
    ON CONFLICT (muter_id, muted_id) DO UPDATE SET state = 1, version = version + 1, until = excluded.until
    WHERE state = 0 OR until IS NOT excluded.until`;
}

export interface WordChange {
  readonly eventId: string;
  readonly userId: string;
  /** Lower-cased. */
  readonly word: string;
  readonly state: 0 | 1;
  /** Unix milliseconds at which a mute ends by itself. */
  readonly until: number | null;
  /** Words that may be muted at once. */
  readonly wordsMax: number;
}

export interface WordOutcome extends ChangeOutcome {
  readonly event: events.MutedWordsChanged | null;
  /** True where the word is muted, after the batch. */
  readonly muted: boolean;
}

/** Commits that a word is muted, or no longer. Words whose mute has ended by itself go with the next change. */
export async function writeMutedWord(
  ctx: Ctx,
  change: WordChange,
  idempotency: Idempotency | null,
): Promise<WordOutcome> {
  const { eventId, userId, word, state, wordsMax } = change;
  const now = ctx.clock.now();
  const row = sql`FROM ${mutedWords} WHERE user_id = ${userId}`;
  const others = sql`(SELECT count(*) FROM ${mutedWords} JOIN json_each(words) AS each_word WHERE user_id = ${userId}
    AND each_word.key <> ${word} AND ${lasts(now)})`;
  const outcome = await commitChange(
    ctx,
    {
      userId,
      eventId,
      kind: events.MUTED_WORDS_CHANGED,
      payload: sql`(SELECT json_object('userId', user_id, 'words', json(words), 'version', version) ${row})`,
      mayChange: state === 0 ? sql`true` : sql`${others} < ${wordsMax}`,
      statement: (condition) => raiseWords(change, now, condition),
      reading: sql`EXISTS (SELECT 1 FROM ${mutedWords} JOIN json_each(words) AS each_word
        WHERE user_id = ${userId} AND each_word.key = ${word} AND ${lasts(now)}) AS muted`,
    },
    idempotency,
  );
  const event = events.mutedWordsChanged.nullable().parse(outcome.event);
  return { ...outcome, event, muted: outcome.row["muted"] === 1 };
}

const lasts = (now: number): SQL => sql`(each_word.value IS NULL OR each_word.value > ${now})`;

function raiseWords({ userId, word, state, until }: WordChange, now: number, condition: SQL): SQL {
  const kept = sql`SELECT key, value FROM json_each(muted_words.words) AS each_word
    WHERE key <> ${word} AND ${lasts(now)}`;
  if (state === 0) {
    return sql`UPDATE ${mutedWords} SET words = (SELECT json_group_object(key, value) FROM (${kept})),
        version = version + 1
      WHERE user_id = ${userId} AND EXISTS (SELECT 1 FROM json_each(muted_words.words) WHERE key = ${word})
        AND ${condition}`;
  }
  return sql`INSERT INTO ${mutedWords} (user_id, words, version)
    SELECT ${userId}, json_object(${word}, ${until}), 1 WHERE ${condition}
    ON CONFLICT (user_id) DO UPDATE SET version = version + 1,
      words = (SELECT json_group_object(key, value) FROM (${kept} UNION ALL SELECT ${word}, ${until}))
    WHERE NOT EXISTS (SELECT 1 FROM json_each(muted_words.words) WHERE key = ${word} AND value IS ${until})`;
}
