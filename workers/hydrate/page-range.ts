import type { Ctx } from "../lib/context.ts";
import { decodeCursor } from "../lib/cursor.ts";
import { ID_MAX, ID_MIN, idBefore, lowestIdAt } from "../lib/snowflake.ts";

/** What a page is asked by, as `timelinePaging` or `listPaging` parsed it. Times are Unix milliseconds. */
export interface PageQuery {
  readonly max_results: number;
  readonly pagination_token?: string | undefined;
  readonly since_id?: string | undefined;
  readonly until_id?: string | undefined;
  readonly start_time?: number | undefined;
  readonly end_time?: number | undefined;
}

/** The ids a page may show, both ends exclusive, and where the page begins within them. */
export interface PageRange {
  readonly before: string;
  readonly since: string;
  readonly count: number;
}

/**
 * The range that `query` asks of `list`: the tightest of its bounds. `start_time` is inclusive, `end_time` exclusive, as
 * on X. Throws `invalid_request` for a token of another list.
 */
export function pageRange(ctx: Ctx, list: string, query: PageQuery): PageRange {
  const lower = [query.since_id ?? ID_MIN];
  if (query.start_time !== undefined) lower.push(idBefore(lowestIdAt(query.start_time)));
  const upper = [query.until_id ?? ID_MAX];
  if (query.end_time !== undefined) upper.push(lowestIdAt(query.end_time));
  if (query.pagination_token !== undefined) upper.push(decodeCursor(ctx, list, query.pagination_token));
  return {
    before: upper.reduce((a, b) => (a < b ? a : b)),
    since: lower.reduce((a, b) => (a > b ? a : b)),
    count: query.max_results,
  };
}
