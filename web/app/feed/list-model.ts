import { signal } from "@preact/signals";
import { OfflineError, reasonOf } from "../api/client.ts";

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

/**
 * A list as far as it was scrolled: keys, measured heights and the reader's place; what the keys stand for is held
 * elsewhere, and may be let go. It outlives its page, so that going back finds everything where it was.
 */
export class ListModel {
  /** Moves with every change of `keys`. */
  readonly version = signal(0);
  readonly state = signal<"new" | "loading" | "more" | "end" | "failed">("new");
  readonly reason = signal("");
  keys: string[] = [];
  /** Pixels, of what was ever on screen. */
  readonly heights = new Map<string, number>();
  /** Null at the very top. */
  anchor: Anchor | null = null;
  /** True once the reader had a place in it. */
  wasSeen = false;
  /** The item that keys act on. */
  current: string | null = null;
  readonly #load: LoadPage;
  readonly #known = new Set<string>();
  #next: string | undefined;

  constructor(load: LoadPage) {
    this.#load = load;
  }

  has(key: string): boolean {
    return this.#known.has(key);
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
      if (!(error instanceof OfflineError) && !(error instanceof Error)) throw error;
    }
  }

  /** Notes where the reader is. */
  stand(anchor: Anchor | null): void {
    this.anchor = anchor;
    this.wasSeen = true;
  }

  append(keys: readonly string[]): void {
    this.#take(keys, (fresh) => this.keys.push(...fresh));
  }

  /** Puts new items on top. @returns those that were not there. */
  prepend(keys: readonly string[]): readonly string[] {
    return this.#take(keys, (fresh) => this.keys.unshift(...fresh));
  }

  /** Puts an item behind another, where it is not in the list yet. */
  insertAfter(key: string, fresh: string): void {
    this.#take([fresh], (keys) => this.keys.splice(this.keys.indexOf(key) + 1, 0, ...keys));
  }

  remove(key: string): void {
    if (!this.#known.delete(key)) return;
    this.keys = this.keys.filter((one) => one !== key);
    this.heights.delete(key);
    this.version.value += 1;
  }

  /** Begins again from the top. */
  async reload(): Promise<void> {
    this.keys = [];
    this.#known.clear();
    this.heights.clear();
    this.anchor = null;
    this.current = null;
    this.#next = undefined;
    this.state.value = "new";
    this.version.value += 1;
    await this.loadMore();
  }

  #take(keys: readonly string[], put: (fresh: readonly string[]) => void): readonly string[] {
    const fresh = [...new Set(keys)].filter((key) => !this.#known.has(key));
    for (const key of fresh) this.#known.add(key);
    put(fresh);
    if (fresh.length > 0) this.version.value += 1;
    return fresh;
  }
}
