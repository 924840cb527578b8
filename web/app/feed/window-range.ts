/** Indexes of items, `end` exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where items of a list stand: the first so many pixels from its top. Pure, so that it can be tested without a page. */
export class Offsets {
  readonly #sums: Float64Array;

  /** @param heights pixels by key, of those measured; others are taken to be `estimate`. */
  constructor(keys: readonly string[], heights: ReadonlyMap<string, number>, estimate: number) {
    this.#sums = new Float64Array(keys.length + 1);
    for (const [index, key] of keys.entries()) {
      this.#sums[index + 1] = this.topOf(index) + (heights.get(key) ?? estimate);
    }
  }

  get count(): number {
    return this.#sums.length - 1;
  }
  /** Pixels in all. */
  get total(): number {
    return this.topOf(this.count);
  }

  /** Pixels above the item at `index`. */
  topOf(index: number): number {
    return this.#sums[Math.max(0, Math.min(index, this.#sums.length - 1))] ?? 0;
  }

  /** The item at so many pixels from the top. */
  indexAt(pixels: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.topOf(middle + 1) <= pixels) low = middle + 1;
      else high = middle;
    }
    return Math.min(low, Math.max(0, this.count - 1));
  }

  /** Items between two heights, `end` exclusive, at most `most` of them. */
  between(from: number, to: number, most: number): Range {
    if (this.count === 0) return { start: 0, end: 0 };
    const start = this.indexAt(Math.max(0, from));
    return { start, end: Math.min(this.count, this.indexAt(Math.max(0, to)) + 1, start + most) };
  }
}
