import type { Signal } from "@preact/signals";

/** Signals by id, the least lately used going first: a long scroll must not fill the memory. */
export class Shelf<T> {
  readonly #max: number;
  readonly #held = new Map<string, Signal<T>>();

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

  put(id: string, value: Signal<T>): Signal<T> {
    this.#held.set(id, value);
    if (this.#held.size > this.#max) {
      const [oldest] = this.#held.keys();
      if (oldest !== undefined) this.#held.delete(oldest);
    }
    return value;
  }

  clear(): void {
    this.#held.clear();
  }
}
