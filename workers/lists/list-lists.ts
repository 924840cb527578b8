import type { ListPage } from "../hydrate/list-answers.ts";
import { readVisibleLists, type ListView } from "../hydrate/lists.ts";
import { refusalToRead } from "../hydrate/user-gate.ts";
import type { Viewing } from "../hydrate/viewing.ts";
import type { Ctx } from "../lib/context.ts";
import { decodeCursor, encodeCursor } from "../lib/cursor.ts";
import { ID_MAX } from "../lib/snowflake.ts";
import type { PageAsked } from "./list-people.ts";
import {
  readFollowedListIds,
  readMembershipIds,
  readOwnedListIds,
  readPinnedListIds,
  type IdsBelow,
} from "./reader.ts";

/**
 * Pages of the lists that somebody has to do with, newest list first; lists that the viewer may not see are left out.
 * Where the viewer may not see what is the user's at all, the page is empty and `errors` says so.
 * Throw `not_found` for the user, or `invalid_request` for a token of another list.
 */
export const listOwned = (ctx: Ctx, viewing: Viewing, userId: string, page: PageAsked): Promise<ListPage> =>
  listOf(ctx, viewing, { userId, name: "owned-lists", read: (range) => readOwnedListIds(ctx, userId, range) }, page);

export const listFollowed = (ctx: Ctx, viewing: Viewing, userId: string, page: PageAsked): Promise<ListPage> =>
  listOf(
    ctx,
    viewing,
    { userId, name: "followed-lists", read: (range) => readFollowedListIds(ctx, userId, range) },
    page,
  );

/** Of the private ones nobody sees any but their owner, not even the member. */
export const listMemberships = (ctx: Ctx, viewing: Viewing, userId: string, page: PageAsked): Promise<ListPage> => {
  const read = (range: IdsBelow) => readMembershipIds(ctx, userId, viewing.viewerId, range);
  return listOf(ctx, viewing, { userId, name: "list-memberships", read }, page);
};

/** All lists that the viewer has pinned and may still see. */
export async function listPinned(ctx: Ctx, viewing: Viewing, userId: string): Promise<ListPage> {
  const ids = await readPinnedListIds(ctx, userId);
  const visible = await readVisibleLists(ctx, viewing, ids);
  return { views: ids.flatMap((id) => visible.get(id) ?? []) };
}

interface Source {
  readonly userId: string;
  readonly name: string;
  readonly read: (range: IdsBelow) => Promise<string[]>;
}

async function listOf(ctx: Ctx, viewing: Viewing, source: Source, page: PageAsked): Promise<ListPage> {
  const list = `${source.name}:${source.userId}`;
  const before = page.token === undefined ? ID_MAX : decodeCursor(ctx, list, page.token);
  const refusal = await refusalToRead(ctx, viewing, source.userId);
  if (refusal !== null) return { views: [], errors: [refusal] };
  const { views, position } = await fill(ctx, viewing, { before, count: page.count }, source.read);
  return position === null ? { views } : { views, nextToken: encodeCursor(ctx, list, position) };
}

/** A page that rules empty again and again ends here and carries its `next_token`. */
const ROUNDS_MAX = 8;
/** Most lists looked at in one round. */
const ROUND_MAX = 1000;

/** Reads on until the page is full or the lists end. @returns `position`: where the next page begins, null at the end. */
async function fill(
  ctx: Ctx,
  viewing: Viewing,
  range: IdsBelow,
  read: Source["read"],
): Promise<{ views: ListView[]; position: string | null }> {
  const views: ListView[] = [];
  let position = range.before;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const count = Math.min(ROUND_MAX, (range.count - views.length) * 2 ** round + 1);
    const ids = await read({ before: position, count });
    const visible = await readVisibleLists(ctx, viewing, ids);
    for (const id of ids) {
      if (views.length === range.count) return { views, position };
      position = id;
      const view = visible.get(id);
      if (view !== undefined) views.push(view);
    }
    if (ids.length < count) return { views, position: null };
  }
  return { views, position };
}
