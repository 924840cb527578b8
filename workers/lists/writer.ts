import { sql, type SQL } from "drizzle-orm";
import { isActive } from "../accounts/reader.ts";
import { afterChange, commit } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { recordEvent } from "../lib/outbox.ts";
import {
  LIST_DELETED,
  LIST_MEMBER_CHANGED,
  LIST_PRIVACY_CHANGED,
  listMemberChanged,
  type ListMemberChanged,
  type ListStandingChanged,
} from "./events.ts";
import { claim, readClaim, type Idempotency, type KeyRow } from "./keyed-batch.ts";
import { membershipState } from "./reader.ts";
import { listMembers, lists } from "./tables.ts";

/** Writes lists and their members, both in the owner's shard; edges-writer.ts writes the room's other tables. */

export interface NewList {
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  readonly description: string;
  readonly private: boolean;
}

export interface CreateOutcome {
  /** True where the list stands under its id, whenever that was written. */
  readonly written: boolean;
  readonly active: boolean;
  /** Standing lists of the owner after the batch. */
  readonly owned: number;
  readonly key: KeyRow;
}

/** Commits a list in one batch of its owner's shard, unless the id is taken or the owner has LISTS_OWNED_MAX already. */
export async function writeList(ctx: Ctx, list: NewList, idempotency: Idempotency | null): Promise<CreateOutcome> {
  const { id, ownerId, name, description } = list;
  const owned = sql`(SELECT count(*) FROM ${lists} WHERE owner_id = ${ownerId} AND deleted_at IS NULL)`;
  const mayCreate = sql`${isActive(ownerId)} AND NOT EXISTS (SELECT 1 FROM ${lists} WHERE id = ${id})
    AND ${owned} < ${ctx.limits.LISTS_OWNED_MAX}`;
  const values = sql`${id}, ${ownerId}, ${name}, ${description}, ${Number(list.private)}`;
  const results = await commit(ctx.dbOf(ownerId), [
    ...claim(ctx, ownerId, idempotency, mayCreate),
    sql`INSERT INTO ${lists} (id, owner_id, name, description, private)
      SELECT ${values} WHERE ${idempotency === null ? mayCreate : afterChange}`,
    sql`SELECT ${isActive(ownerId)} AS active, ${owned} AS owned, EXISTS (SELECT 1 FROM ${lists}
      WHERE (id, owner_id, name, description, private) = (${values}) AND deleted_at IS NULL) AS written`,
    ...readClaim(ownerId, idempotency),
  ]);
  const at = idempotency === null ? 1 : 2;
  const row = results[at]?.rows[0];
  return {
    written: row?.["written"] === 1,
    active: row?.["active"] === 1,
    owned: Number(row?.["owned"] ?? 0),
    key: results[at + 1]?.rows[0],
  };
}

/** How the acting user stands to a list after a batch about it. */
export interface OwnerOutcome {
  readonly active: boolean;
  /** True where the list is theirs, standing or deleted. */
  readonly own: boolean;
  readonly deleted: boolean;
  /** The event to send; null where nothing changed that others must hear of. */
  readonly told: ListStandingChanged | null;
}

export interface ListChanges {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly private?: boolean | undefined;
}

interface OwnersAct {
  readonly eventId: string;
  readonly listId: string;
  readonly ownerId: string;
}

const ownStanding = ({ listId, ownerId }: OwnersAct): SQL =>
  sql`id = ${listId} AND owner_id = ${ownerId} AND deleted_at IS NULL AND ${isActive(ownerId)}`;

/** All members' edges rise with the list's standing, so that their own shards can tell the order of both. */
const raiseMembers = ({ listId }: OwnersAct): SQL =>
  sql`UPDATE ${listMembers} SET version = version + 1 WHERE list_id = ${listId} AND state = 1 AND ${afterChange}`;

const selectOutcome = ({ eventId, listId, ownerId }: OwnersAct): SQL => sql`
  SELECT ${isActive(ownerId)} AS active,
    coalesce((SELECT owner_id = ${ownerId} FROM ${lists} WHERE id = ${listId}), 0) AS own,
    coalesce((SELECT deleted_at IS NOT NULL FROM ${lists} WHERE id = ${listId}), 0) AS deleted,
    EXISTS (SELECT 1 FROM outbox WHERE id = ${eventId}) AS told`;

const outcomeOf = (row: KeyRow) => ({
  active: row?.["active"] === 1,
  own: row?.["own"] === 1,
  deleted: row?.["deleted"] === 1,
});

async function actOnList(ctx: Ctx, act: OwnersAct, statements: readonly SQL[]): Promise<OwnerOutcome> {
  const results = await commit(ctx.dbOf(act.listId), [...statements, selectOutcome(act)]);
  const row = results.at(-1)?.rows[0];
  return {
    ...outcomeOf(row),
    told: row?.["told"] === 1 ? { listId: act.listId } : null,
  };
}

/** Changes what is given and differs, of a standing list of the owner's. */
export async function writeListChanges(ctx: Ctx, act: OwnersAct, changes: ListChanges): Promise<OwnerOutcome> {
  const { listId } = act;
  const closes = changes.private === undefined ? null : Number(changes.private);
  const privacy = [
    sql`UPDATE ${lists} SET private = ${closes} WHERE ${ownStanding(act)} AND private <> ${closes}`,
    raiseMembers(act),
    recordEvent(ctx, act.eventId, LIST_PRIVACY_CHANGED, { listId } satisfies ListStandingChanged),
  ];
  const name = changes.name === undefined ? sql`name` : sql`${changes.name}`;
  const description = changes.description === undefined ? sql`description` : sql`${changes.description}`;
  return actOnList(ctx, act, [
    ...(closes === null ? [] : privacy),
    sql`UPDATE ${lists} SET name = ${name}, description = ${description}
      WHERE ${ownStanding(act)} AND (name <> ${name} OR description <> ${description})`,
  ]);
}

/** Deletes a list of the owner's. `at` in Unix milliseconds. */
export async function writeListDeletion(ctx: Ctx, act: OwnersAct, at: number): Promise<OwnerOutcome> {
  return actOnList(ctx, act, [
    sql`UPDATE ${lists} SET deleted_at = ${at} WHERE ${ownStanding(act)}`,
    raiseMembers(act),
    recordEvent(ctx, act.eventId, LIST_DELETED, { listId: act.listId } satisfies ListStandingChanged),
  ]);
}

export interface MemberChange extends OwnersAct {
  readonly userId: string;
  readonly state: 0 | 1;
}

export interface MemberOutcome extends Omit<OwnerOutcome, "told"> {
  readonly told: ListMemberChanged | null;
  /** 1 where the user is in the list after the batch. */
  readonly state: number;
  readonly key: KeyRow;
}

/** Puts a user in a standing list of the owner's, or takes them out: edge, count and event in one batch. */
export async function writeMember(
  ctx: Ctx,
  change: MemberChange,
  idempotency: Idempotency | null,
): Promise<MemberOutcome> {
  const { listId, userId, ownerId, eventId, state } = change;
  const edge = sql`list_id = ${listId} AND user_id = ${userId}`;
  const mayChange = sql`EXISTS (SELECT 1 FROM ${lists} WHERE ${ownStanding(change)}
    ${
      state === 0
        ? sql``
        : sql`AND (member_count < ${ctx.limits.LIST_MEMBERS_MAX}
      OR EXISTS (SELECT 1 FROM ${listMembers} WHERE ${edge} AND state = 1))`
    })`;
  const condition = idempotency === null ? mayChange : afterChange;
  const told = sql`(SELECT json_object('listId', list_id, 'userId', user_id, 'version', version,
      'state', CASE state WHEN 1 THEN ${membershipState} ELSE 0 END)
    FROM ${listMembers} JOIN ${lists} ON ${lists.id} = list_id WHERE ${edge})`;
  const results = await commit(ctx.dbOf(listId), [
    ...claim(ctx, ownerId, idempotency, mayChange),
    raiseMember(change, condition),
    sql`UPDATE ${lists} SET member_count = member_count + ${state === 1 ? 1 : -1} WHERE id = ${listId} AND ${afterChange}`,
    recordEvent(ctx, eventId, LIST_MEMBER_CHANGED, told),
    selectOutcome(change),
    sql`SELECT (SELECT state FROM ${listMembers} WHERE ${edge}) AS state,
      (SELECT payload FROM outbox WHERE id = ${eventId}) AS payload`,
    ...readClaim(ownerId, idempotency),
  ]);
  const at = idempotency === null ? 3 : 4;
  const row = results[at + 1]?.rows[0];
  const payload = row?.["payload"];
  return {
    ...outcomeOf(results[at]?.rows[0]),
    told: typeof payload === "string" ? listMemberChanged.parse(JSON.parse(payload)) : null,
    state: Number(row?.["state"] ?? 0),
    key: results[at + 2]?.rows[0],
  };
}

function raiseMember({ listId, userId, state }: MemberChange, condition: SQL): SQL {
  if (state === 0) {
    return sql`UPDATE ${listMembers} SET state = 0, version = version + 1
      WHERE list_id = ${listId} AND user_id = ${userId} AND state = 1 AND ${condition}`;
  }
  return sql`INSERT INTO ${listMembers} (list_id, user_id, state, version)
    SELECT ${listId}, ${userId}, 1, 1 WHERE ${condition}
    ON CONFLICT (list_id, user_id) DO UPDATE SET state = 1, version = version + 1 WHERE state = 0`;
}
