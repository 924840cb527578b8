import { useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { online } from "../state/network.ts";
import { place } from "../state/router.ts";
import { Waiting } from "../ui/waiting.tsx";
import { useActiveList } from "./active-list.ts";
import type { Anchor, ListModel, Stand } from "./list-model.ts";
import { Offsets, type Range } from "./window-range.ts";

interface Props {
  readonly list: ListModel;
  readonly label: string;
  /** Draws one item; its outermost element must carry `data-key`. */
  readonly render: (key: string, index: number) => ComponentChildren;
  /** Pixels of an item that was never measured. */
  readonly estimate?: number;
  /** "feed" for articles that a screen reader can step through, otherwise a plain list. */
  readonly role?: "feed" | "list";
  readonly empty: ComponentChildren;
  /** The item that a fresh list opens at. */
  readonly openAt?: string | undefined;
}

/** Items in the document at once, unless more are on screen: each is some twenty nodes. */
const ITEMS_MAX = 18;
const BEFORE_PX = 400;
const AFTER_PX = 700;
/** The next page is fetched when the end is this close: sooner for whoever scrolls. */
const AHEAD_PX = 1600;
const AHEAD_SCROLLED_PX = 4000;
/** What the sticky heading covers. */
const HEADING_PX = 56;

/**
 * A list of any length with only what is on screen in the document, scrolled by the window. What is above keeps its place
 * whatever is measured, added or removed.
 */
export function VirtualList({ list, label, render, estimate = 130, role = "feed", empty, openAt }: Props) {
  const { root, offsets, range } = useWindow(list, estimate, openAt);
  useActiveList(list, root);
  useComingBack(list);
  const state = list.state.value;
  // A feed without articles is none to a screen reader.
  if (list.items.length === 0) return state === "end" ? <div class="empty">{empty}</div> : <Foot list={list} />;
  const above = offsets.topOf(range.start);
  const below = offsets.total - offsets.topOf(range.end);
  return (
    <>
      <div class="feed" role={role} aria-label={label} aria-busy={state === "loading"} ref={root}>
        <div role="none" style={{ height: `${above}px` }} />
        {list.items.slice(range.start, range.end).map((key, index) => render(key, range.start + index))}
        <div role="none" style={{ height: `${below}px` }} />
      </div>
      <Foot list={list} />
    </>
  );
}

/** What of the list is drawn; it follows the window, and keeps the reader's place. */
function useWindow(list: ListModel, estimate: number, openAt: string | undefined) {
  const root = useRef<HTMLDivElement>(null);
  const opening = useRef<Anchor | null>(openingAnchor(list, openAt));
  const redraw = useSignal(0);
  const [version, state, drawing] = [list.version.value, list.state.value, redraw.value];
  const offsets = useMemo(() => new Offsets(list.items, estimate), [list, version, drawing]);
  // Read here, before the document changes: where the reader sees it now is where it must stay.
  const anchor = opening.current ?? (root.current === null ? null : placeOf(root.current, list));
  const range = rangeOf(offsets, root.current, anchor, list);
  const drawn = useRef({ offsets, range });
  drawn.current = { offsets, range };

  useLayoutEffect(() => {
    if (root.current !== null) {
      const changed = measure(root.current, list);
      if (keepAnchor(root.current, anchor) || (state !== "loading" && state !== "new")) opening.current = null;
      if (opening.current === null) list.stand(standOf(root.current));
      if (changed) redraw.value += 1;
    }
    if (state === "more" && isEndNear(root.current)) void list.loadMore();
  });

  useEffect(() => {
    const look = () => {
      if (root.current === null) return;
      // What grew above the reader's place, while nothing was drawn here, must not push it down.
      keepAnchor(root.current, placeOf(root.current, list));
      const changed = measure(root.current, list);
      const now = standOf(root.current);
      if (opening.current === null) list.stand(now);
      const next = rangeOf(drawn.current.offsets, root.current, now, list);
      const same = next.start === drawn.current.range.start && next.end === drawn.current.range.end;
      if (!same || changed) redraw.value += 1;
    };
    return watchWindow(root.current, look);
  }, [list, list.items.length === 0]);

  return { root, offsets, range };
}

function isEndNear(root: HTMLElement | null): boolean {
  const ahead = scrollY > 0 ? AHEAD_SCROLLED_PX : AHEAD_PX;
  return (root?.getBoundingClientRect().bottom ?? 0) < innerHeight + ahead;
}

/** Loads what was begun: at first, and when the network is back. */
function useComingBack(list: ListModel): void {
  useSignalEffect(() => {
    const state = list.state.peek();
    if (state === "new" || (online.value && state === "failed")) void list.loadMore();
  });
}

function Foot({ list }: { readonly list: ListModel }) {
  const state = list.state.value;
  if (state === "failed") return <Waiting failure={list.reason.value} again={() => void list.loadMore()} />;
  if (state === "loading" || state === "new") return <Waiting />;
  return (
    <div class="foot">
      <span aria-hidden="true">·</span>
    </div>
  );
}

/** Where the reader was, for whoever comes back; `openAt` for whoever was never here. */
function openingAnchor(list: ListModel, openAt: string | undefined): Anchor | null {
  if (list.wasSeen && place.peek().returned) return list.anchor;
  return openAt === undefined ? null : { key: openAt, top: HEADING_PX };
}

const itemsOf = (root: HTMLElement): NodeListOf<HTMLElement> => root.querySelectorAll(":scope > [data-key]");

function rangeOf(offsets: Offsets, root: HTMLElement | null, anchor: Anchor | null, list: ListModel): Range {
  const known = anchor === null ? -1 : list.items.indexOf(anchor.key);
  // By the anchor where there is one: the window's own scroll is what is about to be corrected.
  const from =
    known >= 0 && anchor !== null
      ? offsets.topOf(known) - anchor.top
      : root === null
        ? 0
        : -root.getBoundingClientRect().top;
  return offsets.around({ from, to: from + innerHeight, before: BEFORE_PX, after: AFTER_PX, most: ITEMS_MAX });
}

/** @returns true where something is of another height than was thought. */
function measure(root: HTMLElement, list: ListModel): boolean {
  let changed = false;
  for (const item of itemsOf(root)) {
    const index = list.items.indexOf(item.dataset["key"] ?? "");
    const known = list.items.heightAt(index);
    if (index < 0 || keepRoom(item, known)) continue;
    const height = item.getBoundingClientRect().height;
    if (Math.abs(known - height) < 0.5) continue;
    list.items.setHeight(index, height);
    changed = true;
  }
  return changed;
}

/** What is fetched again takes the room that it had. @returns true where it does. */
function keepRoom(item: HTMLElement, known: number): boolean {
  const waits = item.ariaBusy === "true" && known > 0;
  const room = waits ? `${known}px` : "";
  if (item.style.minHeight !== room) item.style.minHeight = room;
  return waits;
}

const itemOf = (root: HTMLElement, key: string | undefined): HTMLElement | undefined =>
  [...itemsOf(root)].find((one) => one.dataset["key"] === key);

/** Scrolls so that the anchor stands where the reader saw it. @returns false where it is not in the document. */
function keepAnchor(root: HTMLElement, anchor: Anchor | null): boolean {
  const item = itemOf(root, anchor?.key);
  if (item === undefined || anchor === null) return false;
  const off = item.getBoundingClientRect().top - anchor.top;
  if (Math.abs(off) >= 1) scrollBy({ top: off, behavior: "instant" });
  return true;
}

/** The first item that shows below the heading; none at the very top, where new items may push the others down. */
function standOf(root: HTMLElement): Stand | null {
  if (scrollY < 1) return null;
  const start = root.getBoundingClientRect().top;
  for (const item of itemsOf(root)) {
    const { top, bottom } = item.getBoundingClientRect();
    const { key } = item.dataset;
    if (bottom > HEADING_PX && key !== undefined) return { key, top, inList: top - start };
  }
  return null;
}

/** Where the reader's place was before something of the list that stands above it changed its height by itself. */
function placeOf(root: HTMLElement, list: ListModel): Anchor | null {
  const item = itemOf(root, list.anchor?.key);
  if (item === undefined || list.anchor === null) return standOf(root);
  const { top } = item.getBoundingClientRect();
  const moved = top - root.getBoundingClientRect().top - list.anchor.inList;
  return Math.abs(moved) < 1 ? standOf(root) : { key: list.anchor.key, top: top - moved };
}

/** Calls `look` in the frame after the window was scrolled or resized, and at once when something in the list changed its height. */
function watchWindow(root: HTMLElement | null, look: () => void): () => void {
  let asked = 0;
  const ask = () => {
    if (asked !== 0) return;
    asked = requestAnimationFrame(() => {
      asked = 0;
      look();
    });
  };
  addEventListener("scroll", ask, { passive: true });
  addEventListener("resize", ask);
  // It is told before the frame is painted: nobody sees the list move.
  const sizes = new ResizeObserver(look);
  if (root !== null) sizes.observe(root);
  return () => {
    cancelAnimationFrame(asked);
    removeEventListener("scroll", ask);
    removeEventListener("resize", ask);
    sizes.disconnect();
  };
}
