/** A dataset as rows of the shards' tables. The first column of each row finds its shard. */
import { logicalShardOfId } from "../workers/lib/snowflake.ts";
import type { Dataset } from "./dataset.ts";

export type Row = readonly (string | number | null)[];

export interface TableRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Everything that the product would have written had the users registered, followed and posted. */
export function factsOf(dataset: Dataset): TableRows[] {
  return [...accountsOf(dataset), ...graphOf(dataset), ...tweetsOf(dataset)];
}

const rowsOf = (table: string, columns: string, rows: readonly Row[]): TableRows => ({
  table,
  columns: columns.split(" "),
  rows,
});

function accountsOf({ users }: Dataset): TableRows[] {
  const now = Date.now();
  const description = "Watches the tide tables.";
  const people = users.map(({ id, username }): Row => [id, username, username, `Reader ${username}`, description]);
  const visits = users.map(({ id }): Row => [id, now]);
  return [
    rowsOf("users", "id username username_key name description", people),
    rowsOf("readers", "user_id seen_at", visits),
  ];
}

function graphOf({ users, follows }: Dataset): TableRows[] {
  const idOf = (index: number) => users[index]?.id ?? "";
  const forward = follows.map(([a, b]): Row => [idOf(a), idOf(b), 1, 1]);
  const backward = follows.map(([a, b]): Row => [idOf(b), logicalShardOfId(idOf(a)), idOf(a), 1, 1]);
  const following = users.map(() => 0);
  const followers = users.map(() => 0);
  for (const [a, b] of follows) {
    following[a] = (following[a] ?? 0) + 1;
    followers[b] = (followers[b] ?? 0) + 1;
  }
  const counts = users.map(({ id }, index): Row => [id, following[index] ?? 0, followers[index] ?? 0]);
  return [
    rowsOf("following", "follower_id followee_id state version", forward),
    rowsOf("followers", "followee_id follower_shard follower_id state version", backward),
    rowsOf("follow_counts", "user_id following_count followers_count", counts),
  ];
}

function tweetsOf({ users, tweets }: Dataset): TableRows[] {
  const idOf = (index: number) => users[index]?.id ?? "";
  const texts = tweets.map((tweet): Row => [tweet.id, idOf(tweet.author), tweet.text, tweet.entities, "push"]);
  const authors = [...Map.groupBy(tweets, (tweet) => tweet.author)].map(([author, own]): Row => [
    idOf(author),
    own.length,
    own.at(-1)?.id ?? "",
  ]);
  return [
    rowsOf("tweets", "id author_id text entities tier", texts),
    rowsOf("authors", "user_id tweet_count newest_tweet_id", authors),
  ];
}
