import { useEffect } from "preact/hooks";
import type { ListModel } from "./list-model.ts";

interface Active {
  readonly list: ListModel;
  readonly root: { readonly current: HTMLElement | null };
}

let active: Active | null = null;

/** Makes `list` the one that j and k step through, while its page shows. */
export function useActiveList(list: ListModel, root: Active["root"]): void {
  useEffect(() => {
    const mine = { list, root };
    active = mine;
    return () => {
      if (active === mine) active = null;
    };
  }, [list]);
}

/** The item that keys act on: the one that has the focus, or had it last. */
export function currentKey(): string | null {
  const focused = document.activeElement?.closest<HTMLElement>("[data-key]")?.dataset["key"];
  return focused ?? active?.list.current ?? null;
}

/** Moves the focus to the next item (`by` 1) or the one before (-1); from nowhere, to the first on screen. */
export function stepFocus(by: 1 | -1): void {
  if (active === null || active.root.current === null) return;
  const { list } = active;
  const at = list.keys.indexOf(currentKey() ?? "");
  const items = [...active.root.current.querySelectorAll<HTMLElement>(":scope > [data-key]")];
  const firstShown = items.find((item) => item.getBoundingClientRect().bottom > 80)?.dataset["key"];
  const key = at < 0 ? firstShown : list.keys[Math.max(0, Math.min(at + by, list.keys.length - 1))];
  const item = items.find((one) => one.dataset["key"] === key);
  if (item === undefined || key === undefined) return;
  list.current = key;
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest", behavior: "instant" });
}
