import type { Table } from "./cells.ts";
import { TWEET_CELLS } from "./tweet-cells.ts";
import { USER_CELLS } from "./user-cells.ts";

/** Every reading route, by operationId. */
export const TABLE: Table = { ...TWEET_CELLS, ...USER_CELLS };
