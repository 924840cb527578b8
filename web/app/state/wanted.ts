import { effect } from "@preact/signals";
import { online } from "./network.ts";

const AT_ONCE_MAX = 100;
/** What is wanted within this time is asked for together. */
const GATHER_MS = 30;
const RETRY_MS = 5000;

/** Ids that the page shows and knows nothing of: many are asked for in one request, and again where that fails. */
export class Wanted {
  readonly #fetch: (ids: readonly string[]) => Promise<void>;
  readonly #ids = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer rings, in milliseconds of Date.now(). */
  #due = 0;

  /** @param fetch asks for up to 100. */
  constructor(fetch: (ids: readonly string[]) => Promise<void>) {
    this.#fetch = fetch;
    effect(() => {
      if (online.value && this.#ids.size > 0) this.#plan(GATHER_MS);
    });
  }

  add(id: string): void {
    // The newest last: they are what is on screen.
    this.#ids.delete(id);
    this.#ids.add(id);
    this.#plan(GATHER_MS);
  }

  /** Forgets what was wanted. */
  clear(): void {
    this.#ids.clear();
  }

  #plan(ms: number): void {
    const due = Date.now() + ms;
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    this.#timer = undefined;
    const ids = [...this.#ids].slice(-AT_ONCE_MAX);
    this.#ids.clear();
    if (ids.length === 0) return;
    try {
      await this.#fetch(ids);
    } catch {
      for (const id of ids) this.#ids.add(id);
      // Offline, the network's return asks again.
      if (online.peek()) this.#plan(RETRY_MS);
    }
  }
}
