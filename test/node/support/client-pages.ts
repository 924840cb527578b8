import type { PaginatedResponse, Paginator } from "@xdevplatform/xdk";
import { expect } from "vitest";

/** The token of the next page, as the XDK's paginators hand it out. */
interface More {
  readonly paginationToken?: string;
}
type Page<T> = Partial<PaginatedResponse<T>>;

/** Pages of `read` for one of the XDK's paginators; their type says that each has `data`, their code asks first. */
export const paged =
  <T>(read: (more: More) => Promise<Page<T>>) =>
  async (token?: string): Promise<PaginatedResponse<T>> =>
    (await read(token === undefined ? {} : { paginationToken: token })) as PaginatedResponse<T>;

/** Everything that `pages` finds, in `least` pages or more. */
export async function wholeOf<T>(pages: Paginator<T>, least = 2): Promise<T[]> {
  let fetched = 0;
  for (; !pages.done; fetched += 1) await pages.fetchNext();
  expect(fetched).toBeGreaterThanOrEqual(least);
  return pages.items;
}
