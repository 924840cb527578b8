/** Events in order of their time; those of one time in the order they came. */
export class EventHeap {
  #times = new Float64Array(1024);
  #orders = new Float64Array(1024);
  #kinds = new Uint8Array(1024);
  #values = new Int32Array(1024);
  #size = 0;
  #pushed = 0;
  /** The event that `pop` took last. */
  time = 0;
  kind = 0;
  value = 0;

  get size(): number {
    return this.#size;
  }

  push(time: number, kind: number, value: number): void {
    if (this.#size === this.#times.length) this.#grow();
    let at = this.#size;
    this.#size += 1;
    const order = this.#pushed;
    this.#pushed += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isAfter(parent, time, order)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#set(at, time, order, kind, value);
  }

  /** Takes the next event into `time`, `kind` and `value`. @returns false where there is none. */
  pop(): boolean {
    if (this.#size === 0) return false;
    this.time = this.#times[0] as number;
    this.kind = this.#kinds[0] as number;
    this.value = this.#values[0] as number;
    this.#size -= 1;
    if (this.#size > 0) this.#sink(this.#size);
    return true;
  }

  /** Puts what stands at `last` to the root and lets it down to its place. */
  #sink(last: number): void {
    const [time, order] = [this.#times[last] as number, this.#orders[last] as number];
    const [kind, value] = [this.#kinds[last] as number, this.#values[last] as number];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (right < this.#size && this.#isAfter(child, this.#times[right] as number, this.#orders[right] as number)) {
        child = right;
      }
      if (this.#isAfter(child, time, order)) break;
      this.#move(child, at);
      at = child;
    }
    this.#set(at, time, order, kind, value);
  }

  #isAfter(at: number, time: number, order: number): boolean {
    const own = this.#times[at] as number;
    return own > time || (own === time && (this.#orders[at] as number) > order);
  }

  #move(from: number, to: number): void {
    this.#set(
      to,
      this.#times[from] as number,
      this.#orders[from] as number,
      this.#kinds[from] as number,
      this.#values[from] as number,
    );
  }

  #set(at: number, time: number, order: number, kind: number, value: number): void {
    this.#times[at] = time;
    this.#orders[at] = order;
    this.#kinds[at] = kind;
    this.#values[at] = value;
  }

  #grow(): void {
    const wider = <T extends Float64Array | Uint8Array | Int32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const length = this.#times.length * 2;
    this.#times = wider(this.#times, new Float64Array(length));
    this.#orders = wider(this.#orders, new Float64Array(length));
    this.#kinds = wider(this.#kinds, new Uint8Array(length));
    this.#values = wider(this.#values, new Int32Array(length));
  }
}
