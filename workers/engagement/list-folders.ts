import type { Ctx } from "../lib/context.ts";
import { decodeCursor, encodeCursor } from "../lib/cursor.ts";
import type { Viewer } from "../lib/route.ts";
import { ID_MAX, unpadId } from "../lib/snowflake.ts";
import { readFolders, type BookmarkFolder } from "./edges-reader.ts";

export interface FolderPage {
  /** Ids as on the wire. */
  readonly folders: readonly BookmarkFolder[];
  readonly nextToken?: string;
}

/** A page of the actor's bookmark folders, newest first. Throws `invalid_request` for a token of another list. */
export async function listFolders(
  ctx: Ctx,
  { userId }: Viewer,
  page: { readonly max_results: number; readonly pagination_token?: string | undefined },
): Promise<FolderPage> {
  const { max_results: count, pagination_token: token } = page;
  const list = `bookmark-folders:${userId}`;
  const before = token === undefined ? ID_MAX : decodeCursor(ctx, list, token);
  // One more than asked for: it says that there is more, and stays for the next page.
  const found = await readFolders(ctx, userId, { before, count: count + 1 });
  const shown = found.slice(0, count);
  const last = shown.at(-1);
  const folders = shown.map(({ id, name }) => ({ id: unpadId(id), name }));
  if (found.length <= count || last === undefined) return { folders };
  return { folders, nextToken: encodeCursor(ctx, list, last.id) };
}
