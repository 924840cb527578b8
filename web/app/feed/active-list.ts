import { useLayoutEffect } from "preact/hooks";
import { place } from "../state/router.ts";
import type { ListModel } from "./list-model.ts";

interface Active {
  readonly list: ListModel;
  readonly root: { readonly current: HTMLElement | null };
}

let active: Active | null = null;

/**
 * Makes `list` the one that j and k step through, while its page shows. Whoever comes back finds the focus on the item that
 * had it.
 */
export function useActiveList(list: ListModel, root: Active["root"]): void {
  useLayoutEffect(() => {
    const mine = { list, root };
    active = mine;
    if (place.peek().returned) itemOf(mine, list.current)?.focus({ preventScroll: true });
    const note = () => (list.current = focusedKey() ?? list.current);
    addEventListener("focusin", note);
    return () => {
      removeEventListener("focusin", note);
      if (active === mine) active = null;
    };
  }, [list]);
}

/** True where a list shows that keeps the reader's place by itself. */
export const keepsPlace = (): boolean => active !== null && active.list.anchor !== null;

const focusedKey = (): string | undefined => document.activeElement?.closest<HTMLElement>("[data-key]")?.dataset["key"];

const itemsOf = ({ root }: Active): HTMLElement[] => [
  ...(root.current?.querySelectorAll<HTMLElement>(":scope > [data-key]") ?? []),
];

const itemOf = (list: Active, key: string | null): HTMLElement | undefined =>
  itemsOf(list).find((item) => item.dataset["key"] === key);

/** The item that keys act on: the one that has the focus, or had it last. */
export function currentKey(): string | null {
  return focusedKey() ?? active?.list.current ?? null;
}

/** Moves the focus to the next item (`by` 1) or the one before (-1); from nowhere near, to the first on screen. */
export function stepFocus(by: 1 | -1): void {
  if (active === null) return;
  const { list } = active;
  const at = list.items.indexOf(currentKey() ?? "");
  const next = at < 0 ? undefined : list.items.keyAt(Math.max(0, Math.min(at + by, list.items.length - 1)));
  // Whoever scrolled far away since begins where they are.
  const item = itemOf(active, next ?? null) ?? firstShown(active);
  if (item === undefined) return;
  list.current = item.dataset["key"] ?? null;
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest", behavior: "instant" });
}

const HEADING_PX = 80;

const firstShown = (list: Active): HTMLElement | undefined =>
  itemsOf(list).find((item) => item.getBoundingClientRect().bottom > HEADING_PX);
