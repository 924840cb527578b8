/** Marks a code that stands for a key which is no id. Ids are below it. */
const OTHER = 1n << 63n;
const ID = /^[1-9]\d{0,18}$/;
const ROOM_AT_FIRST = 64;

/**
 * Keys of a list in order, with the height of each in pixels: 12 bytes an item where the key is an id, so that a list of
 * ten thousand weighs less than the page that shows it. Iterating goes over what there was when it began.
 */
export class PackedItems {
  #codes = new BigUint64Array(ROOM_AT_FIRST);
  /** 0: never measured. */
  #heights = new Float32Array(ROOM_AT_FIRST);
  #length = 0;
  readonly #others: string[] = [];

  get length(): number {
    return this.#length;
  }

  /** The key at `index`; undefined beyond the ends. */
  keyAt(index: number): string | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    const code = this.#codes[index] ?? 0n;
    return code < OTHER ? String(code) : this.#others[Number(code - OTHER)];
  }

  /** -1 where there is no such item. */
  indexOf(key: string): number {
    const code = this.#codeOf(key);
    return code === null ? -1 : this.#codes.subarray(0, this.#length).indexOf(code);
  }

  has(key: string): boolean {
    return this.indexOf(key) >= 0;
  }

  /** Keys from `start` to `end`, which is exclusive. */
  slice(start = 0, end = this.#length): string[] {
    const keys: string[] = [];
    for (let index = start; index < Math.min(end, this.#length); index += 1) keys.push(this.keyAt(index) ?? "");
    return keys;
  }

  [Symbol.iterator](): Iterator<string> {
    return this.slice()[Symbol.iterator]();
  }

  /** Pixels of the item at `index`; 0 where it was never measured. */
  heightAt(index: number): number {
    return this.#heights[index] ?? 0;
  }

  setHeight(index: number, pixels: number): void {
    this.#heights[index] = pixels;
  }

  /** Puts keys that are not there yet before the item at `index`. */
  insert(index: number, keys: readonly string[]): void {
    this.#makeRoom(this.#length + keys.length);
    this.#codes.copyWithin(index + keys.length, index, this.#length);
    this.#heights.copyWithin(index + keys.length, index, this.#length);
    for (const [nth, key] of keys.entries()) this.#codes[index + nth] = this.#codeOf(key) ?? this.#name(key);
    this.#heights.fill(0, index, index + keys.length);
    this.#length += keys.length;
  }

  /** @returns false where there was no such item. */
  remove(key: string): boolean {
    const index = this.indexOf(key);
    if (index < 0) return false;
    this.#codes.copyWithin(index, index + 1, this.#length);
    this.#heights.copyWithin(index, index + 1, this.#length);
    this.#length -= 1;
    return true;
  }

  clear(): void {
    this.#length = 0;
  }

  #codeOf(key: string): bigint | null {
    const id = ID.test(key) ? BigInt(key) : OTHER;
    if (id < OTHER) return id;
    const at = this.#others.indexOf(key);
    return at < 0 ? null : OTHER + BigInt(at);
  }

  #name(key: string): bigint {
    return OTHER + BigInt(this.#others.push(key) - 1);
  }

  #makeRoom(length: number): void {
    if (length <= this.#codes.length) return;
    const room = Math.max(length, this.#codes.length * 2);
    const [codes, heights] = [new BigUint64Array(room), new Float32Array(room)];
    codes.set(this.#codes);
    heights.set(this.#heights);
    [this.#codes, this.#heights] = [codes, heights];
  }
}
