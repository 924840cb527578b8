import { sql, type SQL } from "drizzle-orm";
import { isActive } from "../accounts/reader.ts";
import { afterChange, commit } from "../lib/commit.ts";
import type { Ctx } from "../lib/context.ts";
import { claimKey, readKey, type IdempotentRequest } from "../lib/idempotency.ts";
import { recordEvent } from "../lib/outbox.ts";
import { EDGE_CHANGED, edgeChanged, type EdgeChanged, type EdgeKind } from "./events.ts";
import { bookmarkFolderItems, bookmarkFolders, EDGES, engagementCounts } from "./tables.ts";

/** The only file that writes the room's tables: edges between users and tweets, both ways, their counts, and folders. */

export interface EdgeChange {
  readonly kind: EdgeKind;
  readonly eventId: string;
  readonly userId: string;
  readonly tweetId: string;
  readonly state: 0 | 1;
  /** A folder of the user's that a bookmark goes into. */
  readonly folderId?: string | undefined;
}

/** What a repeat under the same Idempotency-Key is answered. */
export interface Idempotency {
  readonly request: IdempotentRequest;
  readonly answer: object;
}

export interface EdgeOutcome {
  readonly active: boolean;
  /** False where the folder is not one of the user's. */
  readonly folder: boolean;
  /** True where there is such an edge, standing or ended. */
  readonly known: boolean;
  /** The event to send; null where it stood so already. */
  readonly told: EdgeChanged | null;
  readonly key: Readonly<Record<string, unknown>> | undefined;
}

/** Commits a change of the forward edge and its event in one batch of the user's shard. */
export async function writeEdge(ctx: Ctx, change: EdgeChange, idempotency: Idempotency | null): Promise<EdgeOutcome> {
  const { kind, userId, tweetId, eventId, folderId } = change;
  const { forward } = EDGES[kind];
  const edge = sql`FROM ${forward} WHERE user_id = ${userId} AND tweet_id = ${tweetId}`;
  const inFolder = folderId === undefined ? sql`true` : isOwnFolder(userId, folderId);
  const may = sql`${isActive(userId)} AND ${inFolder}`;
  const chain: ((condition: SQL) => SQL)[] = [];
  if (idempotency !== null) {
    const { request, answer } = idempotency;
    chain.push((condition) => claimKey(ctx, userId, request, answer, condition));
  }
  if (folderId !== undefined) chain.push((condition) => putInFolder({ ...change, folderId }, condition));
  chain.push((condition) => raiseEdge(change, condition));
  const told = sql`(SELECT json_object('userId', user_id, 'tweetId', tweet_id, 'state', state, 'version', version) ${edge})`;
  const results = await commit(ctx.dbOf(userId), [
    ...chain.map((statement, index) => statement(index === 0 ? may : afterChange)),
    recordEvent(ctx, eventId, EDGE_CHANGED[kind], told),
    ...(kind === "bookmark" && change.state === 0 ? [takeOutOfFolders(change)] : []),
    sql`SELECT ${isActive(userId)} AS active, ${inFolder} AS folder, EXISTS (SELECT 1 ${edge}) AS known,
      (SELECT payload FROM outbox WHERE id = ${eventId}) AS payload`,
    ...(idempotency === null ? [] : [readKey(userId, idempotency.request)]),
  ]);
  const [row = {}] = results.at(idempotency === null ? -1 : -2)?.rows ?? [];
  const payload = row["payload"];
  return {
    active: row["active"] === 1,
    folder: row["folder"] === 1,
    known: row["known"] === 1,
    told: typeof payload === "string" ? edgeChanged.parse(JSON.parse(payload)) : null,
    key: idempotency === null ? undefined : results.at(-1)?.rows[0],
  };
}

const isOwnFolder = (userId: string, folderId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${bookmarkFolders} WHERE user_id = ${userId} AND id = ${folderId})`;

function raiseEdge({ kind, userId, tweetId, state }: EdgeChange, condition: SQL): SQL {
  const { forward } = EDGES[kind];
  if (state === 0) {
    return sql`UPDATE ${forward} SET state = 0, version = version + 1
      WHERE user_id = ${userId} AND tweet_id = ${tweetId} AND state = 1 AND ${condition}`;
  }
  return sql`INSERT INTO ${forward} (user_id, tweet_id, state, version)
    SELECT ${userId}, ${tweetId}, 1, 1 WHERE ${condition}
    ON CONFLICT (user_id, tweet_id) DO UPDATE SET state = 1, version = version + 1 WHERE state = 0`;
}

/** Writes its row anew where it is there already, because the next statement of the chain goes by a change. */
const putInFolder = ({ userId, tweetId, folderId }: EdgeChange & { folderId: string }, condition: SQL): SQL => sql`
  INSERT INTO ${bookmarkFolderItems} (user_id, folder_id, tweet_id)
  SELECT ${userId}, ${folderId}, ${tweetId} WHERE ${condition}
  ON CONFLICT (user_id, folder_id, tweet_id) DO UPDATE SET tweet_id = excluded.tweet_id`;

/** Behind the event of a bookmark's end. */
const takeOutOfFolders = ({ userId, tweetId }: EdgeChange): SQL => sql`
  DELETE FROM ${bookmarkFolderItems} WHERE user_id = ${userId} AND tweet_id = ${tweetId} AND ${afterChange}
    AND folder_id IN (SELECT id FROM ${bookmarkFolders} WHERE user_id = ${userId})`;

/**
 * Applies edges to the tweets of one database, and to the counts where a state changes: all in one batch, so that many
 * edges of one tweet write its count once. A repeat or an older version than what is stored writes nothing.
 * @param edges one a user and tweet at most.
 */
export async function writeBackwardEdges(
  ctx: Ctx,
  databaseIndex: number,
  kind: EdgeKind,
  edges: readonly EdgeChanged[],
): Promise<void> {
  const { backward, count } = EDGES[kind];
  const column = sql.raw(count);
  const given = JSON.stringify(edges);
  await commit(ctx.dbAt(databaseIndex), [
    sql`INSERT INTO ${engagementCounts} (tweet_id, ${column})
      SELECT tweet_id, sum(is_on - was_on) AS delta FROM (
        SELECT edge.value->>'tweetId' AS tweet_id, edge.value->>'state' AS is_on, coalesce(stored.state, 0) AS was_on
        FROM json_each(${given}) AS edge LEFT JOIN ${backward} AS stored
          ON stored.tweet_id = edge.value->>'tweetId' AND stored.user_id = edge.value->>'userId'
        WHERE edge.value->>'version' > coalesce(stored.version, 0))
      GROUP BY tweet_id HAVING delta <> 0
      ON CONFLICT (tweet_id) DO UPDATE SET ${column} = ${column} + excluded.${column}`,
    sql`INSERT INTO ${backward} (tweet_id, user_id, state, version)
      SELECT value->>'tweetId', value->>'userId', value->>'state', value->>'version' FROM json_each(${given}) WHERE true
      ON CONFLICT (tweet_id, user_id) DO UPDATE SET state = excluded.state, version = excluded.version
      WHERE excluded.version > version`,
  ]);
}

/** Nobody but its owner hears of a folder, so there is no event. */
export interface Folder {
  readonly userId: string;
  readonly id: string;
  readonly name: string;
}

export interface FolderOutcome {
  /** True where the folder stands under its id, whenever that was written. */
  readonly written: boolean;
  readonly active: boolean;
  /** Folders of the user after the batch. */
  readonly owned: number;
  readonly key: Readonly<Record<string, unknown>> | undefined;
}

/** Commits a folder in one batch of its owner's shard, unless the id is taken or there are BOOKMARK_FOLDERS_MAX already. */
export async function writeFolder(ctx: Ctx, folder: Folder, idempotency: Idempotency | null): Promise<FolderOutcome> {
  const { userId, id, name } = folder;
  const owned = sql`(SELECT count(*) FROM ${bookmarkFolders} WHERE user_id = ${userId})`;
  const may = sql`${isActive(userId)} AND ${owned} < ${ctx.limits.BOOKMARK_FOLDERS_MAX}
    AND NOT EXISTS (SELECT 1 FROM ${bookmarkFolders} WHERE user_id = ${userId} AND id = ${id})`;
  const keyed = idempotency && {
    claim: claimKey(ctx, userId, idempotency.request, idempotency.answer, may),
    read: readKey(userId, idempotency.request),
  };
  const results = await commit(ctx.dbOf(userId), [
    ...(keyed === null ? [] : [keyed.claim]),
    sql`INSERT INTO ${bookmarkFolders} (user_id, id, name)
      SELECT ${userId}, ${id}, ${name} WHERE ${keyed === null ? may : afterChange}`,
    sql`SELECT ${isActive(userId)} AS active, ${owned} AS owned, EXISTS (SELECT 1 FROM ${bookmarkFolders}
      WHERE (user_id, id, name) = (${userId}, ${id}, ${name})) AS written`,
    ...(keyed === null ? [] : [keyed.read]),
  ]);
  const row = results.at(keyed === null ? -1 : -2)?.rows[0];
  return {
    written: row?.["written"] === 1,
    active: row?.["active"] === 1,
    owned: Number(row?.["owned"] ?? 0),
    key: keyed === null ? undefined : results.at(-1)?.rows[0],
  };
}
