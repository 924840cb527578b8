import { signal, type Signal } from "@preact/signals";

/**
 * Signals by id, the least lately used going first: a long scroll must not fill the memory. Whatever shows just now stays,
 * since what is told of it later must reach it.
 */
export class Shelf<T> {
  readonly #max: number;
  readonly #held = new Map<string, Signal<T>>();
  readonly #shown = new Set<Signal<T>>();

  constructor(max: number) {
    this.#max = max;
  }

  get(id: string): Signal<T> | undefined {
    const held = this.#held.get(id);
    if (held === undefined) return undefined;
    this.#held.delete(id);
    this.#held.set(id, held);
    return held;
  }

  /** Puts a signal in for an id that has none. */
  put(id: string, value: T): Signal<T> {
    const held: Signal<T> = signal(value, {
      watched: () => void this.#shown.add(held),
      unwatched: () => void this.#shown.delete(held),
    });
    this.#held.set(id, held);
    for (const [oldest, one] of this.#held) {
      if (this.#held.size <= this.#max) break;
      if (!this.#shown.has(one) && one !== held) this.#held.delete(oldest);
    }
    return held;
  }

  clear(): void {
    this.#held.clear();
  }
}
