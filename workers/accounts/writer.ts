import { sql, type SQL } from "drizzle-orm";
import { afterChange, commit, type StatementResult } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { recordEvent } from "../lib/outbox.ts";
import { logVisibility } from "../lib/visibility-log.ts";
import { ACCOUNT_DEACTIVATED, PROTECTION_CHANGED, protectionChanged, type ProtectionChanged } from "./events.ts";
import { isActive, isDeactivated } from "./reader.ts";
import type { NewToken, TokenKey } from "./sessions.ts";

/** The only file that writes the room's tables. Every write is one batch in the user's shard, and may be repeated. */

export interface NewUser {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string | null;
  readonly passwordHash: string;
  readonly token: NewToken;
}

export interface ProfileChanges {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly location?: string | undefined;
  readonly url?: string | undefined;
  readonly protected?: boolean | undefined;
}

/**
 * A user with credentials and a first session: all of it, or, where the name or the id belongs to someone
 * else, nothing. A repeat with the same values is recognised by the salted password hash, which nobody else has.
 */
export async function recordUser(ctx: Ctx, user: NewUser): Promise<"recorded" | "name_taken" | "id_taken"> {
  const { id, username, token } = user;
  const key = username.toLowerCase();
  const [holder] = await record(ctx, id, [
    sql`INSERT INTO users (id, username, username_key, name, email)
        VALUES (${id}, ${username}, ${key}, ${user.name}, ${user.email}) ON CONFLICT DO NOTHING`,
    sql`INSERT INTO credentials (user_id, password_hash) SELECT ${id}, ${user.passwordHash} WHERE ${afterChange}`,
    insertToken(token, afterChange),
    sql`SELECT password_hash = ${user.passwordHash} AS ours FROM users LEFT JOIN credentials ON user_id = id
        WHERE username_key = ${key}`,
  ]);
  if (holder === undefined) return "id_taken";
  return holder["ours"] === 1 ? "recorded" : "name_taken";
}

/** The first token of a session; false, and nothing written, unless the user is active. `now` in Unix milliseconds. */
export async function recordSession(ctx: Ctx, token: NewToken, now: number): Promise<boolean> {
  const rows = await record(ctx, token.userId, [
    insertToken(token, isActive(token.userId)),
    sql`DELETE FROM refresh_tokens WHERE user_id = ${token.userId} AND expires_at <= ${now}`,
    selectToken(token),
  ]);
  return rows.length > 0;
}

/**
 * Spends one token and gives its successor; false, and no successor, unless the spent one is still good and its user
 * active. What expired, or was spent too long ago to be used again, goes in the same batch. Times in milliseconds.
 */
export async function recordRotation(
  ctx: Ctx,
  spent: TokenKey,
  successor: NewToken,
  { now, reuseMs }: { now: number; reuseMs: number },
): Promise<boolean> {
  const { userId } = spent;
  const rows = await record(ctx, userId, [
    sql`UPDATE refresh_tokens SET spent_at = COALESCE(spent_at, ${now}) WHERE ${isToken(spent)}
        AND expires_at > ${now} AND (spent_at IS NULL OR spent_at >= ${now - reuseMs}) AND ${isActive(userId)}`,
    insertToken(successor, afterChange),
    sql`DELETE FROM refresh_tokens
        WHERE user_id = ${userId} AND (expires_at <= ${now} OR spent_at < ${now - reuseMs})`,
    selectToken(successor),
  ]);
  return rows.length > 0;
}

/** Ends a session: no token of it is left. */
export async function endFamily(ctx: Ctx, userId: string, familyId: string): Promise<void> {
  await record(ctx, userId, [sql`DELETE FROM refresh_tokens WHERE user_id = ${userId} AND family_id = ${familyId}`]);
}

export interface ProfileOutcome {
  readonly active: boolean;
  /** What the event under `eventId` says; null where `protected` stood so already. */
  readonly protection: ProtectionChanged | null;
}

/**
 * Changes what is given and differs; nothing, unless the user is active. Where `protected` changes, the event is recorded
 * under `change.eventId`. `at` in Unix milliseconds.
 */
export async function recordProfile(
  ctx: Ctx,
  change: { eventId: string; userId: string; changes: ProfileChanges; at: number },
): Promise<ProfileOutcome> {
  const { eventId, userId, at } = change;
  const { protected: isProtected, ...others } = change.changes;
  const [row] = await record(ctx, userId, [
    ...(isProtected === undefined ? [] : changeProtection(ctx, { eventId, userId, isProtected, at })),
    ...changeColumns(userId, others, at),
    sql`SELECT (SELECT payload FROM outbox WHERE id = ${eventId}) AS payload WHERE ${isActive(userId)}`,
  ]);
  const payload = row?.["payload"];
  return {
    active: row !== undefined,
    protection: typeof payload === "string" ? protectionChanged.parse(JSON.parse(payload)) : null,
  };
}

/**
 * Ends an account: state, event and log entry, and no session or password is left. `at` in Unix milliseconds.
 * @returns false where it had ended before; then no event stands under `eventId`.
 */
export async function recordDeactivation(
  ctx: Ctx,
  { eventId, userId, at }: { eventId: string; userId: string; at: number },
): Promise<boolean> {
  const isGone = sql`user_id = ${userId} AND ${isDeactivated(userId)}`;
  const rows = await record(ctx, userId, [
    sql`UPDATE users SET state = 'deactivated' WHERE id = ${userId} AND state = 'active'`,
    recordEvent(ctx, eventId, ACCOUNT_DEACTIVATED, { userId }),
    logVisibility("user", userId, at),
    sql`DELETE FROM credentials WHERE ${isGone}`,
    sql`DELETE FROM refresh_tokens WHERE ${isGone}`,
    sql`SELECT 1 FROM outbox WHERE id = ${eventId}`,
  ]);
  return rows.length > 0;
}

function changeProtection(
  ctx: Ctx,
  change: { eventId: string; userId: string; isProtected: boolean; at: number },
): SQL[] {
  const { eventId, userId, at } = change;
  const state = Number(change.isProtected);
  const payload = sql`(SELECT json_object('userId', id, 'protected', json(iif(protected, 'true', 'false')),
    'version', protected_version) FROM users WHERE id = ${userId})`;
  return [
    sql`UPDATE users SET protected = ${state}, protected_version = protected_version + 1
        WHERE id = ${userId} AND state = 'active' AND protected <> ${state}`,
    recordEvent(ctx, eventId, PROTECTION_CHANGED, payload),
    logVisibility("user", userId, at),
  ];
}

function changeColumns(userId: string, changes: Omit<ProfileChanges, "protected">, at: number): SQL[] {
  const given = columnsOf(changes);
  if (given.length === 0) return [];
  const set = sql.join(
    given.map(([column, value]) => sql`${column} = ${value}`),
    sql`, `,
  );
  const differs = sql.join(
    given.map(([column, value]) => sql`${column} IS NOT ${value}`),
    sql` OR `,
  );
  return [
    sql`UPDATE users SET ${set} WHERE id = ${userId} AND state = 'active' AND (${differs})`,
    logVisibility("user", userId, at),
  ];
}

/** One batch in the shard of `userId`; the rows of its last statement. */
async function record(ctx: Ctx, userId: string, statements: readonly SQL[]): Promise<StatementResult["rows"]> {
  const results = await commit(ctx.dbOf(userId), statements);
  return results.at(-1)?.rows ?? [];
}

function columnsOf(changes: Omit<ProfileChanges, "protected">): (readonly [SQL, string])[] {
  const { name, description, location, url } = changes;
  const all = [
    [sql`name`, name],
    [sql`description`, description],
    [sql`location`, location],
    [sql`url`, url],
  ] as const;
  return all.flatMap(([column, value]) => (value === undefined ? [] : [[column, value] as const]));
}

function insertToken({ userId, familyId, tokenHash, expiresAt }: NewToken, condition: SQL): SQL {
  return sql`INSERT INTO refresh_tokens (user_id, family_id, token_hash, expires_at)
    SELECT ${userId}, ${familyId}, ${tokenHash}, ${expiresAt} WHERE ${condition} ON CONFLICT DO NOTHING`;
}

const isToken = ({ userId, familyId, tokenHash }: TokenKey): SQL =>
  sql`user_id = ${userId} AND family_id = ${familyId} AND token_hash = ${tokenHash}`;

const selectToken = (token: TokenKey): SQL => sql`SELECT 1 FROM refresh_tokens WHERE ${isToken(token)}`;
