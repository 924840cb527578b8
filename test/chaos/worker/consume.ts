import product from "../../../workers/index.ts";
import { environmentOf, ISOLATES, noteSkew } from "./bindings.ts";
import { find, note, type Standing } from "./orders.ts";

/** A message that was taken out of its queue and has not reached the product yet. */
interface Held {
  readonly queue: string;
  readonly id: string;
  readonly body: unknown;
  readonly timestamp: Date;
  readonly attempts: number;
}

let held: Held[] = [];
/** Messages of each queue that have reached the product: what is held meanwhile is overtaken. */
let passed = 0;
let turn = 0;

/** Queues deliver to any isolate. */
const nextIsolate = (): number => (turn += 1) % ISOLATES;

/** What the orders make of a batch. */
interface Sorted {
  readonly now: Message[];
  /** Come a second time: at once by way of another isolate, or behind the first. */
  readonly atOnce: Held[];
  readonly behind: Held[];
}

/** Drops, holds and repeats what the orders say, and hands the rest to the product. */
export async function consume(batch: MessageBatch, env: Env, execution: ExecutionContext): Promise<void> {
  const { now, atOnce, behind } = sortOut(batch);
  passed += now.length;
  const again = async (messages: readonly Held[]) => {
    if (messages.length > 0) await deliver(batchOf(batch.queue, messages, env), env, execution);
  };
  const first = now.length > 0 ? deliver({ ...partOf(batch), messages: now }, env, execution) : null;
  await Promise.all([first, again(atOnce)]);
  await again(behind);
}

function sortOut(batch: MessageBatch): Sorted {
  const sorted: Sorted = { now: [], atOnce: [], behind: [] };
  for (const message of batch.messages) {
    const { id, body, timestamp, attempts } = message;
    const copy = { queue: batch.queue, id, body, timestamp, attempts };
    const standing = find(["queue-drop", "queue-reorder", "queue-repeat"]);
    const kind = standing?.order.kind;
    if (standing !== undefined && kind !== "queue-reorder") note(standing);
    if (kind === "queue-drop") message.ack();
    else if (standing !== undefined && kind === "queue-reorder") {
      hold(copy, standing);
      message.ack();
    } else {
      if (kind === "queue-repeat") (standing?.order.variant === 0 ? sorted.atOnce : sorted.behind).push(copy);
      sorted.now.push(message);
    }
  }
  return sorted;
}

/** Counts as a strike only once others have come first. */
function hold(message: Held, standing: Standing): void {
  held.push(message);
  standing.left -= 1;
  heldBy.set(message, { order: standing.order.id, passed });
}

const heldBy = new WeakMap<Held, { order: number; passed: number }>();

const partOf = ({ queue, metadata }: MessageBatch) => ({
  queue,
  metadata,
  ackAll: () => undefined,
  retryAll: () => undefined,
});

async function deliver(batch: MessageBatch, env: Env, execution: ExecutionContext): Promise<void> {
  const isolate = nextIsolate();
  noteSkew(isolate);
  await product.queue(batch, environmentOf(env, isolate), execution);
}

/** Messages as a batch of their own: done with, or back into their queue. */
function batchOf(queue: string, messages: readonly Held[], env: Env): MessageBatch {
  const retry = ({ body }: Held, options?: QueueRetryOptions) => {
    const delaySeconds = options?.delaySeconds ?? 0;
    void producerOf(env, queue)?.send(body, { delaySeconds });
  };
  return {
    queue,
    metadata: { metrics: { backlogCount: messages.length, backlogBytes: 0 } },
    messages: messages.map((message) => ({
      ...message,
      ack: () => undefined,
      retry: (options?: QueueRetryOptions) => retry(message, options),
    })),
    ackAll: () => undefined,
    retryAll: () => messages.forEach((message) => retry(message)),
  };
}

const producerOf = (env: Env, queue: string): Queue | undefined =>
  ({ "dunlin-events": env.EVENTS, "dunlin-fanout": env.FANOUT, "dunlin-later": env.LATER })[queue];

/**
 * Delivers what is held, the newest first, each by itself.
 * @returns by order, how many of them were overtaken.
 */
export async function releaseHeld(env: Env, execution: ExecutionContext): Promise<ReadonlyMap<number, number>> {
  const messages = held.reverse();
  held = [];
  const overtaken = new Map<number, number>();
  for (const [index, message] of messages.entries()) {
    const by = heldBy.get(message);
    const isOvertaken = index < messages.length - 1 || (by !== undefined && passed > by.passed);
    if (by !== undefined && isOvertaken) overtaken.set(by.order, (overtaken.get(by.order) ?? 0) + 1);
    await deliver(batchOf(message.queue, [message], env), env, execution);
  }
  return overtaken;
}
