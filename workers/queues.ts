import * as z from "zod";
import { ACCOUNT_DEACTIVATED, accountDeactivated, PROTECTION_CHANGED, protectionChanged } from "./accounts/events.ts";
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
import { endFollows } from "./graph/end-follows.consumer.ts";
import { mirrorBlock } from "./graph/mirror-block.consumer.ts";
import { mirrorFollow } from "./graph/mirror-follow.consumer.ts";
import { createContext, type Ctx, type Runtime } from "./lib/context.ts";
import { completeEvents, oldestMessageTime } from "./lib/outbox.ts";
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
import { DeliveryRound, type DeliverySeat } from "./timelines/delivery-round.ts";
import { isBacklogged } from "./timelines/fan-out.ts";
import { dropTimeline } from "./timelines/drop-timeline.consumer.ts";
import { fanOutPage, fanOutToPage, mayBeHeld } from "./timelines/fan-out-page.consumer.ts";
import { fanOutDeleted, fanOutPosted, type FannedOut, type Reaction } from "./timelines/fan-out-tweet.consumer.ts";
import { countReferences, reflectProtection } from "./tweets/count-references.consumer.ts";
import { TWEET_DELETED, TWEET_POSTED, tweetDeleted, tweetPosted } from "./tweets/events.ts";
import { recordMentions } from "./tweets/record-mentions.consumer.ts";
import { refreshFeed } from "./tweets/refresh-feed.consumer.ts";

/** Event kind -> what reacts to it, in order. The outbox row goes when all of it is done. */
const REACTIONS: Readonly<Record<string, (ctx: Ctx, event: FannedOut, payload: unknown) => Promise<Reaction>>> = {
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
  [ACCOUNT_DEACTIVATED]: async (ctx, { id }, payload) => {
    const gone = accountDeactivated.parse(payload);
    await dropTimeline(ctx, gone);
    return endFollows(ctx, id, gone);
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

async function retellListMembers(ctx: Ctx, _event: FannedOut, payload: unknown): Promise<Reaction> {
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

/** What became of a message: `held` ones come again soon; with an id, the event is done and its outbox row may go. */
type Outcome = "done" | "held" | { readonly completes: string };

async function consumeEvent(ctx: Ctx, body: unknown, seat: DeliverySeat): Promise<Outcome> {
  const { id, kind, payload, progress } = eventMessage.parse(body);
  const react = REACTIONS[kind];
  if (react === undefined) throw new Error(`nothing reacts to ${kind}`);
  const reaction = await react(ctx, progress === undefined ? { id, seat } : { id, seat, progress }, payload);
  return reaction === "done" ? { completes: id } : "done";
}

async function consumeFanOutPage(ctx: Ctx, body: unknown, seat: DeliverySeat): Promise<Outcome> {
  await fanOutToPage(ctx, fanOutPage.parse(body), seat);
  return "done";
}

/** Those who are away wait while the others' queues are behind, though not for ever. */
async function consumeLaterPage(ctx: Ctx, body: unknown, seat: DeliverySeat): Promise<Outcome> {
  const page = fanOutPage.parse(body);
  if (mayBeHeld(ctx, page) && isBacklogged(ctx, await oldestMessageTime([ctx.events, ctx.fanout]))) return "held";
  await fanOutToPage(ctx, page, seat);
  return "done";
}

/** What failed too often: its outbox row stays, so the sweep replays it. */
async function reportDeadLetter(ctx: Ctx, body: unknown): Promise<Outcome> {
  ctx.log.error("dead letter", { body });
  return "done";
}

type Consumer = (ctx: Ctx, body: unknown, seat: DeliverySeat) => Promise<Outcome>;

/** Queue name -> consumer. */
const CONSUMERS: Readonly<Record<string, Consumer>> = {
  "dunlin-events": consumeEvent,
  "dunlin-fanout": consumeFanOutPage,
  "dunlin-later": consumeLaterPage,
  "dunlin-dead-letters": reportDeadLetter,
};

/** Messages of one batch that are worked on at once. */
const MESSAGES_AT_ONCE = 16;
const RETRY_DELAY_MAX_SECONDS = 600;
/** A page that is held back looks again after so long: often enough within the queue's `max_retries`. */
const HELD_SECONDS = 5;

type ContextOf = (message: Message) => Ctx;

/**
 * Consumes a batch: every message is acknowledged or retried by itself. What they deliver to timelines, and the likes and
 * bookmarks among them, is brought to its places in common.
 */
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
  await Promise.all([consumeEdges(edges, contextOf), consumeOthers(others, consume, contextOf)]);
}

async function consumeOthers(messages: readonly Message[], consume: Consumer, contextOf: ContextOf): Promise<void> {
  const [first] = messages;
  if (first === undefined) return;
  const round = new DeliveryRound(contextOf(first), messages.length, MESSAGES_AT_ONCE);
  const completed = new Map<Message, string>();
  const attempt = async (message: Message) => {
    const ctx = contextOf(message);
    try {
      const outcome = await round.take((seat) => consume(ctx, message.body, seat));
      if (outcome === "held") message.retry({ delaySeconds: HELD_SECONDS });
      else if (outcome === "done") message.ack();
      else completed.set(message, outcome.completes);
    } catch (error) {
      ctx.log.error("message failed", { error, attempts: message.attempts });
      retry(message);
    }
  };
  await Promise.all(messages.map(attempt));
  await complete(contextOf(first), completed);
}

/** The rows of all events that are done go together. */
async function complete(ctx: Ctx, completed: ReadonlyMap<Message, string>): Promise<void> {
  if (completed.size === 0) return;
  try {
    await completeEvents(ctx, [...completed.values()]);
    for (const message of completed.keys()) message.ack();
  } catch (error) {
    ctx.log.error("events not completed", { error, events: completed.size });
    for (const message of completed.keys()) retry(message);
  }
}

async function consumeEdges(edges: ReadonlyMap<Message, EdgeEvent>, contextOf: ContextOf): Promise<void> {
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
