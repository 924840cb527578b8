/** The fan-out's queues: what waits, who works on it. */

export const EVENTS = 0;
export const PAGES = 1;
export const LATER = 2;
export type QueueName = typeof EVENTS | typeof PAGES | typeof LATER;
const ALL = [EVENTS, PAGES, LATER] as const;
/** Messages of a batch, as in wrangler.toml. */
const BATCH: Record<QueueName, number> = { [EVENTS]: 100, [PAGES]: 10, [LATER]: 10 };

export interface Message {
  /** An event with its whole audience, an event that is split into ranges, a page of a range. */
  readonly kind: "whole" | "wide" | "page";
  readonly post: number;
  readonly author: number;
  readonly postedAt: number;
  /** The page's first place of the audience; its range takes every `stride`-th. */
  readonly next: number;
  readonly stride: number;
  /** Whom it is for. A walk for everybody goes on for those who are here once it meets a backlog. */
  walk: "everybody" | "here" | "away";
  /** Set where this message began to be for those who are here: the others get a walk of their own from here. */
  splits: boolean;
  readonly heldSince: number;
  queuedAt: number;
}

interface Queue {
  items: Message[];
  /** The first that waits. */
  head: number;
  busy: number;
}

export class Queues {
  readonly #queues: Record<QueueName, Queue>;
  readonly #consumers: number;
  readonly #shared: boolean;

  constructor(consumers: number, shared: boolean) {
    const empty = (): Queue => ({ items: [], head: 0, busy: 0 });
    this.#queues = { [EVENTS]: empty(), [PAGES]: empty(), [LATER]: empty() };
    this.#consumers = consumers;
    this.#shared = shared;
  }

  send(name: QueueName, message: Message): void {
    this.#queues[name].items.push(message);
  }

  waiting(...names: readonly QueueName[]): number {
    return names.reduce<number>((sum, name) => sum + this.#queues[name].items.length - this.#queues[name].head, 0);
  }

  /** When the oldest message of those queues came; Infinity where none waits. */
  oldest(...names: readonly QueueName[]): number {
    return names.reduce((least, name) => {
      const { items, head } = this.#queues[name];
      return Math.min(least, items[head]?.queuedAt ?? Infinity);
    }, Infinity);
  }

  /** A batch for a free consumer, of the queue whose oldest message waits longest; null where none waits or none is free. */
  take(): { name: QueueName; messages: readonly Message[] } | null {
    const busy = ALL.reduce<number>((sum, name) => sum + this.#queues[name].busy, 0);
    const isFree = (name: QueueName) => (this.#shared ? busy : this.#queues[name].busy) < this.#consumers;
    const ready = ALL.filter((name) => isFree(name) && this.waiting(name) > 0);
    const [first, ...others] = ready;
    if (first === undefined) return null;
    const name = others.reduce<QueueName>((best, one) => (this.oldest(one) < this.oldest(best) ? one : best), first);
    const queue = this.#queues[name];
    const messages = queue.items.slice(queue.head, queue.head + BATCH[name]);
    queue.head += messages.length;
    queue.busy += 1;
    if (queue.head > 4096) {
      queue.items = queue.items.slice(queue.head);
      queue.head = 0;
    }
    return { name, messages };
  }

  done(name: QueueName): void {
    this.#queues[name].busy -= 1;
  }

  get busy(): number {
    return ALL.reduce<number>((sum, name) => sum + this.#queues[name].busy, 0);
  }
}
