import { signal } from "@preact/signals";
import { ask, reasonOf } from "../api/client.ts";
import type { ListsAnswer, UsersAnswer } from "../api/types.ts";
import { isRefused } from "../feed/load-pages.ts";
import { addToCount } from "./lists.ts";
import { say } from "./toasts.ts";

/** Who is in which of the reader's lists, as far as it was looked up or changed here. */
const members = signal<ReadonlyMap<string, boolean>>(new Map());
const keyOf = (listId: string, userId: string): string => `${listId} ${userId}`;

/** Undefined where nobody looked. */
export const isMember = (listId: string, userId: string): boolean | undefined =>
  members.value.get(keyOf(listId, userId));

function note(listIds: readonly string[], userId: string, on: boolean): void {
  const all = new Map(members.peek());
  for (const id of listIds) all.set(keyOf(id, userId), on);
  members.value = all;
}

/** Puts somebody in a list of the reader's, or takes them out: at once, and back again where that fails. */
export async function setMember(listId: string, userId: string, on: boolean): Promise<void> {
  const show = (state: boolean) => {
    note([listId], userId, state);
    addToCount(listId, "member_count", state ? 1 : -1);
  };
  show(on);
  try {
    await sendMember(listId, userId, on);
  } catch (error) {
    show(!on);
    say(reasonOf(error), true);
  }
}

/** Adds somebody. Throws what `ask` throws. */
export async function addMember(listId: string, userId: string): Promise<void> {
  const before = isMember(listId, userId);
  await sendMember(listId, userId, true);
  note([listId], userId, true);
  if (before !== true) addToCount(listId, "member_count", 1);
}

async function sendMember(listId: string, userId: string, on: boolean): Promise<void> {
  if (on) await ask(`/lists/${listId}/members`, { method: "POST", body: { user_id: userId } });
  else await ask(`/lists/${listId}/members/${userId}`, { method: "DELETE" });
}

/** Notes who stands in a page of a list's members. */
export function noteMembers(listId: string, userIds: readonly string[]): void {
  const all = new Map(members.peek());
  for (const id of userIds) all.set(keyOf(listId, id), true);
  members.value = all;
}

const PAGE = 100;
const PAGES_MAX = 10;

/**
 * Looks up which of `listIds`, lists of the reader's, have somebody in them. Their memberships tell, newest list first; where
 * the reader may not see those, or they are very many, each list's members do. What was changed here stands. Throws what
 * `ask` throws.
 */
export async function lookUpMember(userId: string, listIds: readonly string[]): Promise<void> {
  const open = listIds.filter((id) => members.peek().get(keyOf(id, userId)) === undefined);
  const oldest = open.reduce((low, id) => (BigInt(id) < low ? BigInt(id) : low), 2n ** 63n);
  const found = new Set<string>();
  let token: string | undefined;
  for (let page = 0; open.length > 0 && page < PAGES_MAX; page += 1) {
    const query = { "list.fields": "name", max_results: PAGE, pagination_token: token };
    const answer = await ask<ListsAnswer>(`/users/${userId}/list_memberships`, { query });
    if (isRefused(answer)) break;
    for (const { id } of answer.data ?? []) found.add(id);
    token = answer.meta.next_token;
    const passed = (answer.data ?? []).some(({ id }) => BigInt(id) < oldest);
    if (!passed && token !== undefined) continue;
    for (const id of open) note([id], userId, found.has(id));
    return;
  }
  for (const id of open) note([id], userId, await isInPages(id, userId));
}

/** Newest account first: where older ones come, they are not among them. */
async function isInPages(listId: string, userId: string): Promise<boolean> {
  let token: string | undefined;
  do {
    const query = { "user.fields": "username", max_results: PAGE, pagination_token: token };
    const { data = [], meta } = await ask<UsersAnswer>(`/lists/${listId}/members`, { query });
    if (data.some(({ id }) => id === userId)) return true;
    if (data.some(({ id }) => BigInt(id) < BigInt(userId))) return false;
    token = meta?.next_token;
  } while (token !== undefined);
  return false;
}
