import * as z from "zod";
import { followChanged, FOLLOW_CHANGED } from "./graph/events.ts";
import { mirrorFollow } from "./graph/mirror-follow.consumer.ts";
import { mapConcurrently } from "./lib/concurrency.ts";
import { createContext, type Ctx, type Runtime } from "./lib/context.ts";
import { completeEvent, type Progress } from "./lib/outbox.ts";
import { applyFollow } from "./timelines/apply-follow.consumer.ts";
import { fanOutPage, fanOutToPage } from "./timelines/fan-out-page.consumer.ts";
import { fanOutDeleted, fanOutPosted, type Reaction } from "./timelines/fan-out-tweet.consumer.ts";
import { TWEET_DELETED, TWEET_POSTED, tweetDeleted, tweetPosted } from "./tweets/events.ts";
import { recordMentions } from "./tweets/record-mentions.consumer.ts";
import { refreshFeed } from "./tweets/refresh-feed.consumer.ts";

interface Event {
  readonly id: string;
  readonly progress?: Progress;
}

/** Event kind -> what reacts to it, in order. The outbox row goes when all of it is done. */
const REACTIONS: Readonly<Record<string, (ctx: Ctx, event: Event, payload: unknown) => Promise<Reaction>>> = {
  [FOLLOW_CHANGED]: async (ctx, _event, payload) => {
    const changed = followChanged.parse(payload);
    await mirrorFollow(ctx, changed);
    await applyFollow(ctx, changed);
    return "done";
  },
  [TWEET_POSTED]: async (ctx, event, payload) => {
    const posted = tweetPosted.parse(payload);
    await Promise.all([refreshFeed(ctx, posted), recordMentions(ctx, posted)]);
    return fanOutPosted(ctx, event, posted);
  },
  [TWEET_DELETED]: async (ctx, event, payload) => {
    const deleted = tweetDeleted.parse(payload);
    await refreshFeed(ctx, deleted);
    return fanOutDeleted(ctx, event, deleted);
  },
};

const eventMessage = z.object({
  v: z.literal(1),
  id: z.string(),
  kind: z.string(),
  payload: z.unknown(),
  progress: z.record(z.string(), z.string()).optional(),
});

async function consumeEvent(ctx: Ctx, body: unknown): Promise<void> {
  const { id, kind, payload, progress } = eventMessage.parse(body);
  const react = REACTIONS[kind];
  if (react === undefined) throw new Error(`nothing reacts to ${kind}`);
  const reaction = await react(ctx, progress === undefined ? { id } : { id, progress }, payload);
  if (reaction === "done") await completeEvent(ctx, id);
}

async function consumeFanOutPage(ctx: Ctx, body: unknown): Promise<void> {
  await fanOutToPage(ctx, fanOutPage.parse(body));
}

/** What failed too often: its outbox row stays, so the sweep replays it. */
async function reportDeadLetter(ctx: Ctx, body: unknown): Promise<void> {
  ctx.log.error("dead letter", { body });
}

/** Queue name -> consumer. */
const CONSUMERS: Readonly<Record<string, (ctx: Ctx, body: unknown) => Promise<void>>> = {
  "dunlin-events": consumeEvent,
  "dunlin-fanout": consumeFanOutPage,
  "dunlin-dead-letters": reportDeadLetter,
};

/** Messages of one batch that are worked on at once. */
const MESSAGES_AT_ONCE = 16;
const RETRY_DELAY_MAX_SECONDS = 600;

/** Consumes a batch: every message is acknowledged or retried by itself. */
export async function consumeBatch(runtime: Runtime, batch: MessageBatch, execution: ExecutionContext): Promise<void> {
  const waitUntil = (work: Promise<unknown>) => execution.waitUntil(work);
  const consume = CONSUMERS[batch.queue];
  if (consume === undefined) throw new Error(`no consumer for the queue ${batch.queue}`);
  await mapConcurrently(batch.messages, MESSAGES_AT_ONCE, async (message) => {
    const ctx = createContext(runtime, { requestId: `${batch.queue}:${message.id}`, waitUntil });
    try {
      await consume(ctx, message.body);
      message.ack();
    } catch (error) {
      ctx.log.error("message failed", { error, attempts: message.attempts });
      message.retry({ delaySeconds: Math.min(2 ** message.attempts, RETRY_DELAY_MAX_SECONDS) });
    }
  });
}
