import { effect, signal, type Signal } from "@preact/signals";
import { ask, reasonOf } from "../api/client.ts";
import { viewer } from "../api/tokens.ts";
import type { ListAnswer, ListsAnswer, TweetList } from "../api/types.ts";
import type { LoadPage } from "../feed/list-model.ts";
import { Shelf } from "./shelf.ts";
import { say } from "./toasts.ts";
import { noteUser } from "./tweets.ts";

/** What of lists the page holds, and what the reader does with them. */

export type HeldList = TweetList | "gone" | undefined;
/** What a form says about a list. */
export type ListDraft = Required<Pick<TweetList, "name" | "description" | "private">>;

const LISTS_MAX = 240;
const PAGE = 40;
const ASKED = { expansions: "owner_id", "user.fields": "name,protected,username" } as const;

const held = new Shelf<HeldList>(LISTS_MAX);
/** Which lists the reader follows and has pinned, of those it is known of. */
export const followed = signal<ReadonlyMap<string, boolean>>(new Map());
export const pinned = signal<ReadonlyMap<string, boolean>>(new Map());

let who: string | undefined;
effect(() => {
  const id = viewer.value?.id;
  if (id === who) return;
  who = id;
  held.clear();
  followed.value = new Map();
  pinned.value = new Map();
});

/** A list as last heard of. */
export function listOf(id: string): Signal<HeldList> {
  return held.get(id) ?? held.put(id, undefined);
}

export function noteList(list: TweetList): void {
  const known = listOf(list.id);
  known.value = { ...(typeof known.peek() === "object" ? (known.peek() as TweetList) : {}), ...list };
}

/** Takes in an answer's lists and owners. @returns the lists' ids. */
export function noteLists({ data = [], includes }: ListsAnswer): string[] {
  for (const user of includes?.users ?? []) noteUser(user);
  for (const list of data) noteList(list);
  return data.map(({ id }) => id);
}

/** Fetches a list. Throws what `ask` throws: ApiError 404 for one that is absent or hidden. */
export async function fetchList(id: string): Promise<void> {
  const { data, includes } = await ask<ListAnswer>(`/lists/${id}`, { query: ASKED });
  for (const user of includes?.users ?? []) noteUser(user);
  noteList(data);
}

/** Pages of lists from `path`. */
export function listsFrom(path: string): LoadPage {
  return async (token) => {
    const query = { ...ASKED, max_results: PAGE, pagination_token: token };
    const answer = await ask<ListsAnswer>(path, { query });
    return { keys: noteLists(answer), next: answer.meta.next_token };
  };
}

/** All that the reader has pinned: they are few. @returns their ids. */
export async function fetchPinned(): Promise<string[]> {
  const ids = noteLists(await ask<ListsAnswer>(`/users/${viewer.peek()?.id ?? "0"}/pinned_lists`, { query: ASKED }));
  pinned.value = new Map([...pinned.peek()].map(([id]) => [id, false] as const));
  note(pinned, ids, true);
  return ids;
}

/** Notes of many lists at once whether they are followed, or pinned. */
export function note(where: typeof followed, ids: readonly string[], on: boolean): void {
  const all = new Map(where.peek());
  for (const id of ids) all.set(id, on);
  where.value = all;
}

/** Creates a list. Throws what `ask` throws. @returns its id. */
export async function createList(draft: ListDraft, key: string): Promise<string> {
  const { data } = await ask<{ data: { id: string } }>("/lists", { method: "POST", body: draft, key });
  noteList({ ...draft, id: data.id, owner_id: viewer.peek()?.id, member_count: 0, follower_count: 0 } as TweetList);
  const me = viewer.peek();
  if (me !== null) noteUser(me);
  return data.id;
}

/** Changes a list of the reader's. Throws what `ask` throws. */
export async function changeList(id: string, draft: ListDraft): Promise<void> {
  await ask(`/lists/${id}`, { method: "PUT", body: draft });
  noteList({ ...draft, id });
}

/** Deletes a list of the reader's. @returns whether it is gone; why not is said. */
export async function deleteList(id: string): Promise<boolean> {
  try {
    await ask(`/lists/${id}`, { method: "DELETE" });
    listOf(id).value = "gone";
    say("The list was deleted.");
    return true;
  } catch (error) {
    say(`The list was not deleted. ${reasonOf(error)}`, true);
    return false;
  }
}

/** Follows a list or stops, pins it or takes the pin off: at once, and back again where that fails. */
export async function turn(what: "followed" | "pinned", id: string, on: boolean): Promise<void> {
  const where = { followed, pinned }[what];
  const path = `/users/${viewer.peek()?.id ?? "0"}/${what}_lists`;
  const show = (state: boolean) => {
    if (what === "followed" && (where.peek().get(id) ?? false) !== state)
      addToCount(id, "follower_count", state ? 1 : -1);
    note(where, [id], state);
  };
  show(on);
  try {
    if (on) await ask(path, { method: "POST", body: { list_id: id } });
    else await ask(`${path}/${id}`, { method: "DELETE" });
  } catch (error) {
    show(!on);
    say(reasonOf(error), true);
  }
}

/** Moves a count of a list that is held. */
export function addToCount(id: string, count: "member_count" | "follower_count", by: number): void {
  const list = listOf(id).peek();
  if (typeof list === "object") noteList({ ...list, [count]: Math.max(0, (list[count] ?? 0) + by) });
}

/** Pages looked through for one list. */
const LOOK_MAX = 20;

/** Finds out whether the reader follows and has pinned a list, for its page. Throws what `ask` throws. */
export async function fetchStanding(id: string): Promise<void> {
  const me = viewer.peek()?.id;
  if (me === undefined) return;
  const [ids] = await Promise.all([fetchPinned(), fetchFollowed(me, id)]);
  if (!ids.includes(id)) note(pinned, [id], false);
}

/** Newest list first: where older ones come, it is not among them. */
async function fetchFollowed(me: string, id: string): Promise<void> {
  let token: string | undefined;
  for (let page = 0; page < LOOK_MAX; page += 1) {
    const query = { "list.fields": "name", max_results: 100, pagination_token: token };
    const { data = [], meta } = await ask<ListsAnswer>(`/users/${me}/followed_lists`, { query });
    const ids = data.map((list) => list.id);
    note(followed, ids, true);
    token = meta.next_token;
    const passed = ids.some((one) => BigInt(one) <= BigInt(id));
    if (passed || token === undefined) return note(followed, [id], ids.includes(id));
  }
}
