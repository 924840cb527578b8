import { requireList } from "../hydrate/lists.ts";
import type { Viewing } from "../hydrate/viewing.ts";
import type { Ctx } from "../lib/context.ts";
import { decodeCursor, encodeCursor } from "../lib/cursor.ts";
import { ID_MAX } from "../lib/snowflake.ts";
import { readListFollowerIds, readMemberIds, type IdsBelow } from "./reader.ts";

export interface PeoplePage {
  readonly ids: readonly string[];
  readonly nextToken?: string;
}

export interface PageAsked {
  readonly count: number;
  readonly token?: string | undefined;
}

/** A page of who is in a list, newest account first. Throws `not_found`, or `invalid_request` for a token of another list. */
export const listMembers = (ctx: Ctx, viewing: Viewing, listId: string, page: PageAsked): Promise<PeoplePage> =>
  listPeople(ctx, viewing, { listId, name: "list-members", read: readMemberIds }, page);

/** A page of who follows a list. Throws as `listMembers` does. */
export const listFollowersOf = (ctx: Ctx, viewing: Viewing, listId: string, page: PageAsked): Promise<PeoplePage> =>
  listPeople(ctx, viewing, { listId, name: "list-followers", read: readListFollowerIds }, page);

interface Asked {
  readonly listId: string;
  readonly name: string;
  readonly read: (ctx: Ctx, listId: string, range: IdsBelow) => Promise<string[]>;
}

async function listPeople(
  ctx: Ctx,
  viewing: Viewing,
  { listId, name, read }: Asked,
  { count, token }: PageAsked,
): Promise<PeoplePage> {
  const list = `${name}:${listId}`;
  const before = token === undefined ? ID_MAX : decodeCursor(ctx, list, token);
  // One more than asked for: it says that there is more, and stays for the next page.
  const [ids] = await Promise.all([read(ctx, listId, { before, count: count + 1 }), requireList(ctx, viewing, listId)]);
  const shown = ids.slice(0, count);
  const last = shown.at(-1);
  if (ids.length <= count || last === undefined) return { ids: shown };
  return { ids: shown, nextToken: encodeCursor(ctx, list, last) };
}
