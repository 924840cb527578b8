import { signal } from "@preact/signals";
import { reasonOf } from "../api/client.ts";
import { PackedItems } from "./packed-items.ts";

/** One page of something that is scrolled. */
export interface ListPage {
  readonly keys: readonly string[];
  readonly next?: string | undefined;
}

export type LoadPage = (token: string | undefined) => Promise<ListPage>;

/** Where the reader is: this item's top stands so many pixels below the window's. */
export interface Anchor {
  readonly key: string;
  readonly top: number;
}

/** An anchor, and how far below the top of the list itself it stands. */
export interface Stand extends Anchor {
  readonly inList: number;
}

/**
 * A list as far as it was scrolled: keys, measured heights and the reader's place; what the keys stand for is held
 * elsewhere, and may be let go. It outlives its page, so that going back finds everything where it was.
 */
export class ListModel {
  /** Moves with every change of `items`. */
  readonly version = signal(0);
  readonly state = signal<"new" | "loading" | "more" | "end" | "failed">("new");
  readonly reason = signal("");
  /** Keys in order, with the heights of what was ever on screen. */
  readonly items = new PackedItems();
  /** Null at the very top. */
  anchor: Stand | null = null;
  /** True once the reader had a place in it. */
  wasSeen = false;
  /** The item that keys act on. */
  current: string | null = null;
  readonly #load: LoadPage;
  #next: string | undefined;

  constructor(load: LoadPage) {
    this.#load = load;
  }

  has(key: string): boolean {
    return this.items.has(key);
  }

  /** Loads the next page; nothing where one is under way, or where there is no more. */
  async loadMore(): Promise<void> {
    const before = this.state.peek();
    if (before === "loading" || before === "end") return;
    this.state.value = "loading";
    try {
      const page = await this.#load(this.#next);
      this.#next = page.next;
      this.append(page.keys);
      this.state.value = page.next === undefined ? "end" : "more";
    } catch (error) {
      this.reason.value = reasonOf(error);
      this.state.value = "failed";
    }
  }

  /** Notes where the reader is. */
  stand(anchor: Stand | null): void {
    this.anchor = anchor;
    this.wasSeen = true;
  }

  append(keys: readonly string[]): void {
    this.#take(keys, this.items.length);
  }

  /** Puts new items on top. @returns those that were not there. */
  prepend(keys: readonly string[]): readonly string[] {
    return this.#take(keys, 0);
  }

  /** Puts an item behind another, where it is not in the list yet. */
  insertAfter(key: string, fresh: string): void {
    this.#take([fresh], this.items.indexOf(key) + 1);
  }

  remove(key: string): void {
    if (this.items.remove(key)) this.version.value += 1;
  }

  /** Begins again from the top. */
  async reload(): Promise<void> {
    this.items.clear();
    this.anchor = null;
    this.current = null;
    this.#next = undefined;
    this.state.value = "new";
    this.version.value += 1;
    await this.loadMore();
  }

  #take(keys: readonly string[], index: number): readonly string[] {
    const fresh = [...new Set(keys)].filter((key) => !this.items.has(key));
    this.items.insert(index, fresh);
    if (fresh.length > 0) this.version.value += 1;
    return fresh;
  }
}
