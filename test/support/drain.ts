import { consumeBatch } from "../../workers/queues.ts";
import { makeBatch, type CapturedMessage, type QueueName } from "./captured-queues.ts";
import { troubleIn, type Isolate } from "./isolate.ts";
import type { World } from "./world.ts";

export interface DrainOptions {
  /** Numbers in [0, 1): messages then come in any order, in batches of any size, held back at will. Default: in order. */
  readonly random?: () => number;
  /** Probability that an acknowledged message comes again (three times at most). Needs `random`. */
  readonly repeat?: number;
  /** Probability that a message is lost without being delivered. Needs `random`. */
  readonly drop?: number;
  /** Where consumers run; default: the first isolate, or with `random` any. */
  readonly isolate?: Isolate;
  /** Messages that fail `ATTEMPTS_MAX` times: `throw` (default), or `lose` them, as the dead-letter queue does. */
  readonly failing?: "throw" | "lose";
  /** Delivers at most this many batches, then stops with the rest still waiting. */
  readonly batches?: number;
  /** Honours delays: a message that is not due yet stays. */
  readonly onlyDue?: boolean;
  /** The other queues' consumers stand still. */
  readonly only?: readonly QueueName[];
}

export interface Drained {
  batches: number;
  delivered: number;
  repeated: number;
  dropped: number;
  retried: number;
  lost: number;
}

/** As in wrangler.toml. */
const BATCH_SIZE: Record<QueueName, number> = { "dunlin-events": 100, "dunlin-fanout": 10, "dunlin-later": 10 };
// A page that is held back comes again without time passing here: that is no failure.
const ATTEMPTS_MAX: Record<QueueName, number> = { "dunlin-events": 6, "dunlin-fanout": 6, "dunlin-later": 5000 };
const REPEATS_MAX = 3;
const BATCHES_MAX = 20_000;

/** Delivers what the world's queues hold, and what that sends in turn, until nothing is left. */
export async function drain(world: World, options: DrainOptions = {}): Promise<Drained> {
  const done: Drained = { batches: 0, delivered: 0, repeated: 0, dropped: 0, retried: 0, lost: 0 };
  const queues = world.queue;
  for (;;) {
    const now = world.now();
    const { onlyDue, only } = options;
    const waiting = queues.messages.filter(
      (one) => (onlyDue !== true || one.dueAt <= now) && only?.includes(one.queue) !== false,
    );
    if (waiting.length === 0 || done.batches === options.batches) return done;
    if (done.batches >= BATCHES_MAX) throw new Error(`queues are not empty after ${BATCHES_MAX} batches`);
    const chosen = choose(waiting, options.random);
    const taken = new Set(chosen.messages);
    queues.messages = queues.messages.filter((message) => !taken.has(message));
    const messages = chosen.messages.filter(() => !chance(options, options.drop));
    done.dropped += chosen.messages.length - messages.length;
    if (messages.length === 0) continue;
    done.batches += 1;
    await deliver(world, chosen.queue, messages, options, done);
  }
}

async function deliver(
  world: World,
  queue: QueueName,
  messages: readonly CapturedMessage[],
  options: DrainOptions,
  done: Drained,
): Promise<void> {
  for (const message of messages) message.attempts += 1;
  const { batch, verdictOf } = makeBatch(queue, messages);
  const isolate = options.isolate ?? world.isolateFor(options.random);
  let thrown: unknown;
  try {
    await isolate.run((execution) => Promise.resolve(consumeBatch(isolate.runtime, batch, execution)));
  } catch (error) {
    thrown = error;
    batch.retryAll();
  }
  for (const message of messages) {
    if (verdictOf(message) === "ack") {
      done.delivered += 1;
      if (message.repeats >= REPEATS_MAX || !chance(options, options.repeat)) continue;
      done.repeated += 1;
      world.queue.messages.push({ ...message, attempts: 0, repeats: message.repeats + 1 });
    } else if (message.attempts < ATTEMPTS_MAX[queue]) {
      done.retried += 1;
      world.queue.messages.push(message);
    } else if (options.failing === "lose") {
      done.lost += 1;
    } else {
      const why = thrown instanceof Error ? `\n${thrown.stack}` : "";
      throw new Error(
        `a ${queue} message failed ${message.attempts} times: ${JSON.stringify(message.body)}${why}\n${troubleIn(world.logs)}`,
      );
    }
  }
}

function choose(waiting: readonly CapturedMessage[], random: (() => number) | undefined) {
  const first = waiting[random === undefined ? 0 : Math.floor(random() * waiting.length)];
  if (first === undefined) throw new Error("nothing is waiting");
  const { queue } = first;
  const same = waiting.filter((message) => message.queue === queue);
  if (random === undefined) return { queue, messages: same.slice(0, BATCH_SIZE[queue]) };
  const size = 1 + Math.floor(random() * BATCH_SIZE[queue]);
  return { queue, messages: shuffled(same, random).slice(0, size) };
}

function chance(options: DrainOptions, probability = 0): boolean {
  return probability > 0 && options.random !== undefined && options.random() < probability;
}

/** A copy of `items` in an order that `random` decides. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
