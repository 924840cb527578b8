import * as z from "zod";
import { PROTECTION_CHANGED, protectionChanged } from "./accounts/events.ts";
import { applyEdgeEvents, edgeEventOf, type EdgeEvent } from "./edge-events.ts";
import { applyAnswer } from "./graph/apply-answer.consumer.ts";
import {
  BLOCK_CHANGED,
  blockChanged,
  FOLLOW_ANSWERED,
  FOLLOW_CHANGED,
  followAnswered,
  followChanged,
  MUTE_CHANGED,
  muteChanged,
  MUTED_WORDS_CHANGED,
  mutedWordsChanged,
} from "./graph/events.ts";
import { mirrorBlock } from "./graph/mirror-block.consumer.ts";
import { mirrorFollow } from "./graph/mirror-follow.consumer.ts";
import { mapConcurrently } from "./lib/concurrency.ts";
import { createContext, type Ctx, type Runtime } from "./lib/context.ts";
import { completeEvents, type Progress } from "./lib/outbox.ts";
import {
  LIST_DELETED,
  LIST_FOLLOW_CHANGED,
  LIST_MEMBER_CHANGED,
  LIST_PRIVACY_CHANGED,
  listFollowChanged,
  listMemberChanged,
  listStandingChanged,
} from "./lists/events.ts";
import { mirrorListFollow } from "./lists/mirror-list-follow.consumer.ts";
import { mirrorMembership } from "./lists/mirror-membership.consumer.ts";
import { retellMembers } from "./lists/retell-members.consumer.ts";
import { applyFollow } from "./timelines/apply-follow.consumer.ts";
import { applyBlock, applyMute, applyMutedWords } from "./timelines/apply-hiding.consumer.ts";
import { fanOutPage, fanOutToPage } from "./timelines/fan-out-page.consumer.ts";
import { fanOutDeleted, fanOutPosted, type Reaction } from "./timelines/fan-out-tweet.consumer.ts";
import { countReferences, reflectProtection } from "./tweets/count-references.consumer.ts";
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
  [FOLLOW_ANSWERED]: async (ctx, _event, payload) => {
    await applyAnswer(ctx, followAnswered.parse(payload));
    return "done";
  },
  [BLOCK_CHANGED]: async (ctx, _event, payload) => {
    const changed = blockChanged.parse(payload);
    await mirrorBlock(ctx, changed);
    await applyBlock(ctx, changed);
    return "done";
  },
  [MUTE_CHANGED]: async (ctx, _event, payload) => {
    await applyMute(ctx, muteChanged.parse(payload));
    return "done";
  },
  [MUTED_WORDS_CHANGED]: async (ctx, _event, payload) => {
    await applyMutedWords(ctx, mutedWordsChanged.parse(payload));
    return "done";
  },
  [TWEET_POSTED]: async (ctx, event, payload) => {
    const posted = tweetPosted.parse(payload);
    await Promise.all([refreshFeed(ctx, posted), recordMentions(ctx, posted), countReferences(ctx, posted, 0)]);
    return fanOutPosted(ctx, event, posted);
  },
  [TWEET_DELETED]: async (ctx, event, payload) => {
    const deleted = tweetDeleted.parse(payload);
    await Promise.all([refreshFeed(ctx, deleted), countReferences(ctx, deleted, 1)]);
    return fanOutDeleted(ctx, event, deleted);
  },
  [PROTECTION_CHANGED]: async (ctx, _event, payload) => {
    await reflectProtection(ctx, protectionChanged.parse(payload));
    return "done";
  },
  [LIST_MEMBER_CHANGED]: async (ctx, _event, payload) => {
    await mirrorMembership(ctx, listMemberChanged.parse(payload));
    return "done";
  },
  [LIST_PRIVACY_CHANGED]: retellListMembers,
  [LIST_DELETED]: retellListMembers,
  [LIST_FOLLOW_CHANGED]: async (ctx, _event, payload) => {
    await mirrorListFollow(ctx, listFollowChanged.parse(payload));
    return "done";
  },
};

async function retellListMembers(ctx: Ctx, _event: Event, payload: unknown): Promise<Reaction> {
  await retellMembers(ctx, listStandingChanged.parse(payload));
  return "done";
}

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
  if (reaction === "done") await completeEvents(ctx, [id]);
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

/** Consumes a batch: every message is acknowledged or retried by itself, those of likes and bookmarks after work in common. */
export async function consumeBatch(runtime: Runtime, batch: MessageBatch, execution: ExecutionContext): Promise<void> {
  const waitUntil = (work: Promise<unknown>) => execution.waitUntil(work);
  const consume = CONSUMERS[batch.queue];
  if (consume === undefined) throw new Error(`no consumer for the queue ${batch.queue}`);
  const contextOf = ({ id }: Message) => createContext(runtime, { requestId: `${batch.queue}:${id}`, waitUntil });
  const edges = new Map<Message, EdgeEvent>();
  for (const message of consume === consumeEvent ? batch.messages : []) {
    const event = edgeEventOf(message.body);
    if (event !== null) edges.set(message, event);
  }
  const others = batch.messages.filter((message) => !edges.has(message));
  await Promise.all([
    consumeEdges(edges, contextOf),
    mapConcurrently(others, MESSAGES_AT_ONCE, async (message) => {
      const ctx = contextOf(message);
      try {
        await consume(ctx, message.body);
        message.ack();
      } catch (error) {
        ctx.log.error("message failed", { error, attempts: message.attempts });
        retry(message);
      }
    }),
  ]);
}

async function consumeEdges(
  edges: ReadonlyMap<Message, EdgeEvent>,
  contextOf: (message: Message) => Ctx,
): Promise<void> {
  const [first] = edges.keys();
  if (first === undefined) return;
  const done = await applyEdgeEvents(contextOf(first), [...edges.values()]);
  for (const [message, event] of edges) {
    if (done.has(event)) message.ack();
    else retry(message);
  }
}

const retry = (message: Message): void =>
  message.retry({ delaySeconds: Math.min(2 ** message.attempts, RETRY_DELAY_MAX_SECONDS) });
