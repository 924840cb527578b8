import { countOne } from "./meter.ts";
import type { Stage } from "./staged-bindings.ts";

export type QueueName = "dunlin-events" | "dunlin-fanout" | "dunlin-later";

/** A message that was sent and not yet settled. */
export interface CapturedMessage {
  readonly id: string;
  readonly queue: QueueName;
  /** What a consumer will get: as JSON leaves it. */
  readonly body: unknown;
  /** World time, Unix milliseconds. */
  readonly sentAt: number;
  /** Not delivered before this world time; only honoured where a drain is asked to. */
  readonly dueAt: number;
  /** Deliveries so far. */
  attempts: number;
  /** Times it was put back although it was acknowledged. */
  repeats: number;
}

// Production's limits, which the local simulator does not all keep.
const MESSAGE_BYTES_MAX = 128_000;
const BATCH_MESSAGES_MAX = 100;
const BATCH_BYTES_MAX = 256_000;

/** The queues of a world: nothing is delivered until the test says so. */
export class CapturedQueues {
  messages: CapturedMessage[] = [];
  private sent = 0;

  /** The producer binding of `queue`. */
  producer(queue: QueueName, stage: Stage): Queue {
    const accept = (bodies: { body: unknown; delaySeconds: number }[]) => {
      if (stage.faults.queueFault === "error") throw new Error("Queue send failed: Queue is overloaded. (10250)");
      const texts = bodies.map(({ body }) => JSON.stringify(body));
      const bytes = texts.reduce((sum, text) => sum + text.length, 0);
      if (texts.length > BATCH_MESSAGES_MAX) throw new Error(`Queue send failed: ${texts.length} messages (10206)`);
      if (texts.some((text) => text.length > MESSAGE_BYTES_MAX))
        throw new Error("Queue send failed: too large (10204)");
      if (bytes > BATCH_BYTES_MAX) throw new Error(`Queue send failed: ${bytes} bytes (10205)`);
      countOne(stage.meter.queue, queue, texts.length);
      if (stage.faults.queueFault === "drop") return;
      texts.forEach((text, index) => {
        const now = stage.now();
        this.sent += 1;
        this.messages.push({
          id: `message-${this.sent}`,
          queue,
          body: JSON.parse(text),
          sentAt: now,
          dueAt: now + (bodies[index]?.delaySeconds ?? 0) * 1000,
          attempts: 0,
          repeats: 0,
        });
      });
    };
    const answer = () => ({ metadata: { metrics: this.metrics(queue) } });
    return {
      send: async (body, options) => {
        accept([{ body, delaySeconds: options?.delaySeconds ?? 0 }]);
        return answer();
      },
      sendBatch: async (messages, options) => {
        accept(
          [...messages].map((one) => ({
            body: one.body,
            delaySeconds: one.delaySeconds ?? options?.delaySeconds ?? 0,
          })),
        );
        return answer();
      },
      metrics: async () => this.metrics(queue),
    };
  }

  /** Undelivered messages of `queue`, oldest first. */
  of(queue: QueueName): CapturedMessage[] {
    return this.messages.filter((message) => message.queue === queue);
  }

  /** Loses everything that is waiting, as a queue may. Returns how many. */
  loseAll(): number {
    const lost = this.messages.length;
    this.messages = [];
    return lost;
  }

  private metrics(queue: QueueName): QueueMetrics {
    const waiting = this.of(queue);
    const oldest = Math.min(...waiting.map((message) => message.sentAt));
    return {
      backlogCount: waiting.length,
      backlogBytes: waiting.reduce((sum, message) => sum + JSON.stringify(message.body).length, 0),
      ...(waiting.length > 0 ? { oldestMessageTimestamp: new Date(oldest) } : {}),
    };
  }
}

/** What a consumer said about one message. */
export type Verdict = "ack" | "retry";

/** A batch to hand to a consumer. Without a word from it a message counts as acknowledged, as in production. */
export function makeBatch(queue: QueueName, messages: readonly CapturedMessage[]) {
  const verdicts = new Map<CapturedMessage, Verdict>();
  const say = (message: CapturedMessage, verdict: Verdict) => {
    if (!verdicts.has(message)) verdicts.set(message, verdict);
  };
  const batch: MessageBatch = {
    queue,
    metadata: { metrics: { backlogCount: messages.length, backlogBytes: 0 } },
    messages: messages.map((message) => ({
      id: message.id,
      timestamp: new Date(message.sentAt),
      attempts: message.attempts,
      body: structuredClone(message.body),
      ack: () => say(message, "ack"),
      retry: () => say(message, "retry"),
    })),
    ackAll: () => messages.forEach((message) => say(message, "ack")),
    retryAll: () => messages.forEach((message) => say(message, "retry")),
  };
  return { batch, verdictOf: (message: CapturedMessage): Verdict => verdicts.get(message) ?? "ack" };
}
