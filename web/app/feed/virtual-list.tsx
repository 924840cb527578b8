import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { useActiveList } from "./active-list.ts";
import type { Anchor, ListModel } from "./list-model.ts";
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

/** Items in the document at once, however tall the window: each is some twenty nodes. */
const ITEMS_MAX = 18;
const BEFORE_PX = 400;
const AFTER_PX = 700;
/** The next page is fetched when the end is this close. */
const AHEAD_PX = 1600;
/** What the sticky heading covers. */
const HEADING_PX = 56;

/**
 * A list of any length with only what is on screen in the document, scrolled by the window. What is above keeps its place
 * whatever is measured, added or removed.
 */
export function VirtualList({ list, label, render, estimate = 130, role = "feed", empty, openAt }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const opening = useRef<Anchor | null>(openingAnchor(list, openAt));
  const drawn = useRef<Range>({ start: 0, end: 0 });
  const [scrolled, measured] = [useSignal(0), useSignal(0)];
  const [version, state, heights] = [list.version.value, list.state.value, measured.value];
  const offsets = useMemo(() => new Offsets(list.keys, list.heights, estimate), [list, version, heights]);
  // Read here, before the document changes: where the reader sees it now is where it must stay.
  const anchor = opening.current ?? (root.current === null ? null : anchorOf(root.current));
  const range = scrolled.value >= 0 ? rangeOf(offsets, root.current, anchor, list) : drawn.current;
  drawn.current = range;
  useActiveList(list, root);

  useEffect(() => {
    if (list.state.peek() === "new") void list.loadMore();
  }, [list]);

  useLayoutEffect(() => {
    if (root.current === null) return;
    const changed = measure(root.current, list);
    if (keepAnchor(root.current, anchor)) opening.current = null;
    if (opening.current === null) list.anchor = anchorOf(root.current);
    if (changed) measured.value += 1;
    if (state === "more" && root.current.getBoundingClientRect().bottom < innerHeight + AHEAD_PX) void list.loadMore();
  });

  useEffect(() => {
    const look = () => {
      if (root.current === null) return;
      const now = anchorOf(root.current);
      if (opening.current === null) list.anchor = now;
      const next = rangeOf(new Offsets(list.keys, list.heights, estimate), root.current, now, list);
      const same = next.start === drawn.current.start && next.end === drawn.current.end;
      if (!same || measure(root.current, list)) scrolled.value += 1;
    };
    return watchWindow(root, look);
  }, [list]);

  const above = offsets.topOf(range.start);
  const below = offsets.total - offsets.topOf(range.end);
  if (list.keys.length === 0 && state === "end") return <div class="empty">{empty}</div>;
  return (
    <>
      <div class="feed" role={role} aria-label={label} aria-busy={state === "loading"} ref={root}>
        <div role="none" style={{ height: `${above}px` }} />
        {list.keys.slice(range.start, range.end).map((key, index) => render(key, range.start + index))}
        <div role="none" style={{ height: `${below}px` }} />
      </div>
      <Foot list={list} />
    </>
  );
}

function Foot({ list }: { readonly list: ListModel }) {
  const state = list.state.value;
  if (state === "failed") {
    return (
      <div class="foot">
        <p role="alert">{list.reason.value}</p>
        <button type="button" class="button" onClick={() => void list.loadMore()}>
          Try again
        </button>
      </div>
    );
  }
  const waiting = state === "loading" || state === "new";
  return (
    <div class="foot">
      {waiting ? <span class="spinner" role="status" aria-label="Loading" /> : <span aria-hidden="true">·</span>}
    </div>
  );
}

function openingAnchor(list: ListModel, openAt: string | undefined): Anchor | null {
  return list.anchor ?? (openAt === undefined ? null : { key: openAt, top: HEADING_PX });
}

const itemsOf = (root: HTMLElement): NodeListOf<HTMLElement> => root.querySelectorAll(":scope > [data-key]");

function rangeOf(offsets: Offsets, root: HTMLElement | null, anchor: Anchor | null, list: ListModel): Range {
  const known = anchor === null ? -1 : list.keys.indexOf(anchor.key);
  // By the anchor where there is one: the window's own scroll is what is about to be corrected.
  const top =
    known >= 0 && anchor !== null ? offsets.topOf(known) - anchor.top : root === null ? 0 : -root.getBoundingClientRect().top;
  return offsets.between(top - BEFORE_PX, top + innerHeight + AFTER_PX, ITEMS_MAX);
}

/** @returns true where something is of another height than was thought. */
function measure(root: HTMLElement, list: ListModel): boolean {
  let changed = false;
  for (const item of itemsOf(root)) {
    const { key } = item.dataset;
    const height = item.getBoundingClientRect().height;
    if (key === undefined || Math.abs((list.heights.get(key) ?? -1) - height) < 0.5) continue;
    list.heights.set(key, height);
    changed = true;
  }
  return changed;
}

/** Scrolls so that the anchor stands where the reader saw it. @returns false where it is not in the document. */
function keepAnchor(root: HTMLElement, anchor: Anchor | null): boolean {
  const item = [...itemsOf(root)].find((one) => one.dataset["key"] === anchor?.key);
  if (item === undefined || anchor === null) return false;
  const off = item.getBoundingClientRect().top - anchor.top;
  if (Math.abs(off) >= 1) scrollBy({ top: off, behavior: "instant" });
  return true;
}

/** The first item that shows below the heading; none at the very top, where new items may push the others down. */
function anchorOf(root: HTMLElement): Anchor | null {
  if (scrollY < 1) return null;
  for (const item of itemsOf(root)) {
    const { top, bottom } = item.getBoundingClientRect();
    const { key } = item.dataset;
    if (bottom > HEADING_PX && key !== undefined) return { key, top };
  }
  return null;
}

/** Calls `look` in the frame after the window was scrolled or resized, or something in the list changed its height. */
function watchWindow(root: { readonly current: HTMLElement | null }, look: () => void): () => void {
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
  const sizes = new ResizeObserver(ask);
  if (root.current !== null) sizes.observe(root.current);
  return () => {
    cancelAnimationFrame(asked);
    removeEventListener("scroll", ask);
    removeEventListener("resize", ask);
    sizes.disconnect();
  };
}
