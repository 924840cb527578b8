import { signal, type Signal } from "@preact/signals";
import { ApiError, ask } from "../api/client.ts";
import { USERS } from "../api/asking.ts";
import type { User, UserAnswer, UsersAnswer } from "../api/types.ts";
import { noteUser, userOf } from "./tweets.ts";
import { Wanted } from "./wanted.ts";

/** Users with all that a card or a page of theirs shows; a tweet brings only its author's name along. */

/** Looked up, and not there. */
const missing = signal<ReadonlySet<string>>(new Set());
const wanted = new Wanted(lookUpUsers);

/** Takes in a user asked for with the fields of USERS: what is not given is empty. */
export function noteWholeUser(user: User): void {
  noteUser({ ...user, location: user.location ?? "", url: user.url ?? "", description: user.description ?? "" });
}

/** A user as last heard of; fetched where the page has let go of them, many in one request. */
export function wholeUserOf(id: string): Signal<User | undefined> {
  const held = userOf(id);
  if (held.peek()?.description === undefined && !missing.peek().has(id)) wanted.add(id);
  return held;
}

/** True for somebody whose account is gone. */
export const isMissing = (id: string): boolean => missing.value.has(id);

/** Fetches a user by name. Throws what `ask` throws; for nobody, an ApiError 404 that a person can read. */
export async function fetchByName(username: string): Promise<User> {
  const { data } = await ask<UserAnswer>(`/users/by/username/${username}`, { query: USERS }).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) throw new ApiError(404, `There is no @${username}.`);
    throw error;
  });
  noteWholeUser(data);
  return data;
}

async function lookUpUsers(ids: readonly string[]): Promise<void> {
  const { data = [] } = await ask<UsersAnswer>("/users", { query: { ids: ids.join(","), ...USERS } });
  for (const user of data) noteWholeUser(user);
  const found = new Set(data.map((user) => user.id));
  const gone = ids.filter((id) => !found.has(id));
  if (gone.length > 0) missing.value = new Set([...missing.peek(), ...gone]);
}
