/** Work that many ask for and that runs at most once at a time and once in `intervalMs`. */
export class Coalesced {
  readonly #work: () => Promise<void>;
  readonly #intervalMs: number;
  #waiting: Promise<void> | null = null;
  #running: Promise<void> = Promise.resolve();
  #lastEnd = 0;

  constructor(work: () => Promise<void>, intervalMs: number) {
    this.#work = work;
    this.#intervalMs = intervalMs;
  }

  /** Settles with a run that begins after this call; those who ask while one waits share it. */
  run(): Promise<void> {
    this.#waiting ??= this.#next();
    return this.#waiting;
  }

  async #next(): Promise<void> {
    await this.#running;
    // Never longer than the interval: a clock may be set back.
    const wait = Math.min(this.#intervalMs, this.#lastEnd + this.#intervalMs - Date.now());
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    // From here on a caller may have committed after the work began to read: it needs the next run.
    this.#waiting = null;
    const run = this.#work();
    this.#running = run.then(
      () => this.#ended(),
      () => this.#ended(),
    );
    await run;
  }

  #ended(): void {
    this.#lastEnd = Date.now();
  }
}
