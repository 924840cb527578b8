/** Indexes of items, `end` exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What to draw, in pixels from the list's top. */
export interface Wanted {
  /** The part that is on screen. */
  readonly from: number;
  readonly to: number;
  /** More that is drawn on either side, so that scrolling finds it there. */
  readonly before: number;
  readonly after: number;
  /** Items at most; what is on screen is drawn all the same. */
  readonly most: number;
}

/** A list of items with the heights that are known of them. */
export interface Heights {
  readonly length: number;
  /** Pixels; 0 where it was never measured. */
  heightAt(index: number): number;
}

/** Where items of a list stand: the first so many pixels from its top. Pure, so that it can be tested without a page. */
export class Offsets {
  readonly #sums: Float64Array;

  /** @param estimate pixels of an item that was never measured. */
  constructor(items: Heights, estimate: number) {
    this.#sums = new Float64Array(items.length + 1);
    for (let [index, sum] = [0, 0]; index < items.length; index += 1) {
      sum += items.heightAt(index) || estimate;
      this.#sums[index + 1] = sum;
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

  /** Every item on screen, and as many round them as are wanted and allowed, shared out between before and after. */
  around({ from, to, before, after, most }: Wanted): Range {
    if (this.count === 0) return { start: 0, end: 0 };
    let [start, end] = [this.indexAt(Math.max(0, from)), this.indexAt(Math.max(0, to)) + 1];
    while (end - start < most) {
      // What is there of each side, 1 being all that is wanted.
      const above = start === 0 ? 1 : (from - this.topOf(start)) / before;
      const below = end === this.count ? 1 : (this.topOf(end) - to) / after;
      if (above >= 1 && below >= 1) break;
      if (below <= above) end += 1;
      else start -= 1;
    }
    return { start, end };
  }
}
