import { expect } from "vitest";
import { databaseOf } from "../support/planting.ts";
import type { Person, World } from "../support/world.ts";

/** What people do with lists, in few words; helpers throw where the answer is not a success. */

export interface ListJson {
  readonly id: string;
  readonly name: string;
  readonly created_at?: string;
  readonly description?: string;
  readonly follower_count?: number;
  readonly member_count?: number;
  readonly owner_id?: string;
  readonly private?: boolean;
}
export interface Has {
  readonly id: string;
}
interface PageJson<T> {
  readonly data?: readonly T[];
  readonly meta: { readonly result_count: number; readonly next_token?: string };
}

export const newList = async (owner: Person, fields: Readonly<Record<string, unknown>> = {}): Promise<ListJson> =>
  (await owner.asks<{ data: ListJson }>("/2/lists", { json: { name: "birds", ...fields } })).data;

export const change = (owner: Person, list: Has, json: Readonly<Record<string, unknown>>) =>
  owner.asks(`/2/lists/${list.id}`, { method: "PUT", json });

export const deletesList = (owner: Person, list: Has) => owner.asks(`/2/lists/${list.id}`, { method: "DELETE" });

export async function adds(owner: Person, list: Has, ...users: readonly Has[]): Promise<void> {
  for (const { id } of users) await owner.asks(`/2/lists/${list.id}/members`, { json: { user_id: id } });
}
export const removes = (owner: Person, list: Has, user: Has) =>
  owner.asks(`/2/lists/${list.id}/members/${user.id}`, { method: "DELETE" });

export const followsList = (person: Person, list: Has) =>
  person.asks(`/2/users/${person.id}/followed_lists`, { json: { list_id: list.id } });
export const unfollowsList = (person: Person, list: Has) =>
  person.asks(`/2/users/${person.id}/followed_lists/${list.id}`, { method: "DELETE" });

export const pins = (person: Person, list: Has) =>
  person.asks(`/2/users/${person.id}/pinned_lists`, { json: { list_id: list.id } });

export const lookUp = async (person: Person, list: Has): Promise<ListJson> =>
  (await person.asks<{ data: ListJson }>(`/2/lists/${list.id}`)).data;

/** Everything a list of users or lists holds, by paging; every page but the last is full. */
export async function walk<T extends Has = ListJson>(person: Person, path: string, size = 100): Promise<T[]> {
  const found: T[] = [];
  let token = "";
  do {
    const page = await person.asks<PageJson<T>>(`${path}?max_results=${size}${token}`);
    expect(page.meta.result_count).toBe(page.data?.length ?? 0);
    if (page.meta.next_token !== undefined) expect(page.data).toHaveLength(size);
    found.push(...(page.data ?? []));
    token = page.meta.next_token === undefined ? "" : `&pagination_token=${page.meta.next_token}`;
  } while (token !== "");
  expect(new Set(found.map(({ id }) => id)).size, `${path} repeats something`).toBe(found.length);
  return found;
}
export const idsAt = async (person: Person, path: string, size = 100): Promise<string[]> =>
  (await walk(person, path, size)).map(({ id }) => id);

/** The same without pages: everything comes at once. */
export const pinnedIds = async (person: Person): Promise<string[]> =>
  ((await person.asks<PageJson<ListJson>>(`/2/users/${person.id}/pinned_lists`)).data ?? []).map(({ id }) => id);

export async function listedCount(person: Person, user: Has): Promise<number> {
  const { data } = await person.asks<{ data: { public_metrics: { listed_count: number } } }>(`/2/users/${user.id}`);
  return data.public_metrics.listed_count;
}

/** The status of any request, `GET` unless `json` or a method is given. */
export async function statusOf(person: Person, path: string, init: Parameters<Person["fetch"]>[1] = {}) {
  return (await person.fetch(path, init)).status;
}

/** Newest first, as lists of ids come. */
export const newestFirst = (...all: readonly Has[]): string[] =>
  all.map(({ id }) => id).sort((a, b) => (BigInt(a) < BigInt(b) ? 1 : -1));

/** Puts users in a list as if they had been added long ago; their own shards have not heard of it. */
export async function plantMembers(world: World, list: Has, users: readonly Has[]): Promise<void> {
  const database = databaseOf(world, list.id);
  const listId = list.id.padStart(19, "0");
  await database.batch([
    database
      .prepare(
        `INSERT INTO list_members (list_id, user_id, state, version)
        SELECT ?, value->>'id', 1, 1 FROM json_each(?)`,
      )
      .bind(listId, JSON.stringify(users)),
    database.prepare("UPDATE lists SET member_count = member_count + ? WHERE id = ?").bind(users.length, listId),
  ]);
}
