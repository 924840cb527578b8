import { place } from "../state/router.ts";
import { setNewest } from "../state/set-newest.ts";
import { ListModel, type LoadPage } from "./list-model.ts";

/** Entries of the history whose lists are kept. */
const KEPT_MAX = 20;

const kept = new Map<string, ListModel>();

/**
 * The list `name` of the place where the app is now: the same one when the reader comes back to that place, a new one
 * everywhere else.
 */
export function keptList(name: string, load: LoadPage): ListModel {
  const key = `${place.peek().key} ${name}`;
  const list = kept.get(key) ?? new ListModel(load);
  setNewest(kept, key, list, KEPT_MAX);
  return list;
}

/** Every list that is kept. */
export function allLists(): Iterable<ListModel> {
  return kept.values();
}

/** Forgets all lists: another person signed in. */
export function forgetLists(): void {
  kept.clear();
}
