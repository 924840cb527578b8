import { sql, type SQL } from "drizzle-orm";
import { joinActiveUser, userColumns, userOfRow, type User, type UserRow } from "../accounts/reader.ts";
import { followCountColumns, joinFollowCounts } from "../graph/reader.ts";
import { groupBy } from "../lib/concurrency.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import {
  joinListedCount,
  joinStandingList,
  listColumns,
  listedCountColumn,
  listOfRow,
  listOwnerId,
  type List,
  type ListRow,
} from "../lists/reader.ts";
import { joinTweetCount, tweetCountColumn } from "../tweets/reader.ts";
import { countsOfRow, type CountsRow, type UserCounts } from "./tweets.ts";
import type { Standing, Viewing } from "./viewing.ts";

/** A list with its owner. */
export interface ListView {
  readonly list: List;
  readonly owner: User;
  readonly counts: UserCounts;
}

/** What the rules must know of a list and of who looks. */
interface SeenList {
  readonly private: boolean;
  readonly owner: User;
  /** Of the viewer towards the owner. */
  readonly standing: Standing;
}

/**
 * Who may see which list: every rule there is, for everybody but its owner. Deleted lists and those of inactive accounts
 * never come out of the store.
 */
const RULES = {
  private_list: (seen: SeenList) => seen.private,
  owner_protected: ({ owner, standing }: SeenList) => owner.protected && !standing.following,
  blocking_owner: ({ standing }: SeenList) => standing.blocking,
  blocked_by_owner: ({ standing }: SeenList) => standing.blockedBy,
};
export type ListRuleName = keyof typeof RULES;

/** The rule that keeps a list from the viewer; null where none does. The standing to its owner must be known. */
export function listHiddenBy(viewing: Viewing, list: { private: boolean; owner: User }): ListRuleName | null {
  if (viewing.viewerId === list.owner.id) return null;
  const seen: SeenList = { private: list.private, owner: list.owner, standing: viewing.standing(list.owner.id) };
  for (const [name, hides] of Object.entries(RULES)) if (hides(seen)) return name as ListRuleName;
  return null;
}

/**
 * Those of the lists `ids` that the viewer may see, by id. One D1 query a shard, and one for how the viewer stands to the
 * owners. Throws DependencyFailed, or `unavailable` where nobody can say who may see them.
 */
export async function readVisibleLists(
  ctx: Ctx,
  viewing: Viewing,
  ids: Iterable<string>,
): Promise<Map<string, ListView>> {
  const byShard = groupBy(new Set(ids), (id) => ctx.shards.indexOf(id));
  const parts = await Promise.all(
    [...byShard].map(([index, wanted]) =>
      ctx.dependencies.guard(`shard:${index}`, () =>
        ctx.dbAt(index).all<ListRow & UserRow & CountsRow>(listsQuery(wanted)),
      ),
    ),
  );
  const views = parts.flat().map((row) => ({ list: listOfRow(row), owner: userOfRow(row), counts: countsOfRow(row) }));
  await viewing.standings(views.map((view) => view.owner.id));
  if (viewing.failed.size > 0) throw new DomainError("unavailable", "A store does not answer. Try again.");
  const visible = views.filter(({ list, owner }) => listHiddenBy(viewing, { private: list.private, owner }) === null);
  return new Map(visible.map((view) => [view.list.id, view]));
}

/** The list `id`. Throws `not_found` where it is absent or hidden, else as `readVisibleLists` does. */
export async function requireList(ctx: Ctx, viewing: Viewing, id: string): Promise<ListView> {
  const view = (await readVisibleLists(ctx, viewing, [id])).get(id);
  if (view === undefined) throw noSuchList();
  return view;
}

export const noSuchList = (): DomainError => new DomainError("not_found", "There is no such list.");

const listsQuery = (ids: readonly string[]): SQL => sql`
  SELECT ${listColumns}, ${userColumns}, ${followCountColumns}, ${tweetCountColumn}, ${listedCountColumn}
  FROM json_each(${JSON.stringify(ids)}) AS asked
  ${joinStandingList(sql`asked.value`)}
  ${joinActiveUser(listOwnerId)}
  ${joinFollowCounts(listOwnerId)}
  ${joinTweetCount(listOwnerId)}
  ${joinListedCount(listOwnerId)}`;
