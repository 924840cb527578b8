import type { Tweet, User } from "../api/types.ts";

/** Where a tweet lives. */
export const addressOf = (tweet: Tweet, author: User | undefined): string =>
  `/${author?.username ?? "i"}/status/${tweet.id}`;
