import type { CapturedMessage } from "../support/captured-queues.ts";
import { rowsAt } from "../support/planting.ts";
import type { Person, PersonInit, World } from "../support/world.ts";

/** What people do with tweets beside writing them, in few words; helpers throw where the answer is not a success. */

/** Counts are then read anew each time. */
export const FRESH = { CONTENT_CACHE_SECONDS: "0" };

export interface Has {
  readonly id: string;
}

const mine = (person: Has, path: string): string => `/2/users/${person.id}/${path}`;

/** The same with the answer as it comes. */
export const like = (person: Person, tweet: Has, init: PersonInit = {}): Promise<Response> =>
  person.fetch(mine(person, "likes"), { json: { tweet_id: tweet.id }, ...init });
export const bookmark = (person: Person, tweet: Has, folder?: Has, init: PersonInit = {}): Promise<Response> =>
  person.fetch(mine(person, "bookmarks"), { json: { tweet_id: tweet.id, folder_id: folder?.id }, ...init });

export const likes = (person: Person, tweet: Has) =>
  person.asks(mine(person, "likes"), { json: { tweet_id: tweet.id } });
export const unlikes = (person: Person, tweet: Has) =>
  person.asks(mine(person, `likes/${tweet.id}`), { method: "DELETE" });
export const bookmarks = (person: Person, tweet: Has, folder?: Has) =>
  person.asks(mine(person, "bookmarks"), { json: { tweet_id: tweet.id, folder_id: folder?.id } });
export const unbookmarks = (person: Person, tweet: Has) =>
  person.asks(mine(person, `bookmarks/${tweet.id}`), { method: "DELETE" });

export interface FolderJson {
  readonly id: string;
  readonly name: string;
}
export const newFolder = async (person: Person, name = "to read"): Promise<FolderJson> =>
  (await person.asks<{ data: FolderJson }>(mine(person, "bookmarks/folders"), { json: { name } })).data;

/** All the ids that a list of ids and nothing else holds, by paging. */
export async function folderIds(person: Person, folder: Has, pageSize = 100): Promise<string[]> {
  return await person.wholeList(mine(person, `bookmarks/folders/${folder.id}`), pageSize);
}
export const likedBy = (person: Person, user: Has = person, pageSize = 100): Promise<string[]> =>
  person.wholeList(mine(user, "liked_tweets"), pageSize);
export const bookmarkedBy = (person: Person, pageSize = 100): Promise<string[]> =>
  person.wholeList(mine(person, "bookmarks"), pageSize);

interface Metrics {
  readonly like_count: number;
  readonly bookmark_count: number;
}

/** Likes and bookmarks of a tweet, as `person` sees them counted. */
export async function countsOf(person: Person, tweet: Has): Promise<Metrics> {
  const { like_count, bookmark_count } = (await person.sees(tweet))["public_metrics"] as Metrics;
  return { like_count, bookmark_count };
}

/** The edge as it is stored where `owner` lives. */
export async function edgeIn(
  world: World,
  table: "likes" | "likers" | "bookmarks" | "bookmarkers",
  owner: Has,
  edge: { readonly user: Has; readonly tweet: Has },
): Promise<{ state: number; version: number } | undefined> {
  const select = `SELECT state, version FROM ${table} WHERE user_id = ? AND tweet_id = ?`;
  const [user, tweet] = [edge.user.id.padStart(19, "0"), edge.tweet.id.padStart(19, "0")];
  return (await rowsAt<{ state: number; version: number }>(world, owner.id, select, user, tweet))[0];
}

/** Events of what these people did with tweets whose effects are not all done. */
export async function untold(world: World, ...people: readonly Has[]): Promise<unknown[]> {
  const select = `SELECT kind, payload FROM outbox
    WHERE kind IN ('like-changed', 'bookmark-changed') AND payload->>'userId' = ?`;
  const rows = await Promise.all(people.map(({ id }) => rowsAt(world, id, select, id.padStart(19, "0"))));
  return rows.flat();
}

/** Messages of this room that wait. */
export const told = (world: World): CapturedMessage[] =>
  world.queue.messages.filter(({ body }) => /"(like|bookmark)-changed"/.test(JSON.stringify(body)));

/** Runs `act`; what it tells is kept back. */
export async function keepingEvents(
  world: World,
  events: CapturedMessage[],
  act: () => Promise<unknown>,
): Promise<void> {
  await act();
  events.push(...world.queue.messages);
  world.queue.loseAll();
}
