import { effect, signal } from "@preact/signals";
import { ask } from "../api/client.ts";
import { TWEETS } from "../api/asking.ts";
import { viewer } from "../api/tokens.ts";
import type { TimelineAnswer } from "../api/types.ts";
import { hiddenAuthor } from "../state/people.ts";
import { posted } from "../state/posting.ts";
import { lookedUp, noteAnswer, noteGone, peekTweet, referenceOf } from "../state/tweets.ts";
import { isGoneFromHome, letGo } from "./let-go.ts";
import { ListModel, type ListPage } from "./list-model.ts";
import { LiveSocket } from "./live-socket.ts";
import { notePage } from "./load-pages.ts";

const PAGE = 20;
const NEW_MAX = 100;
/** Hints that come together are read together. */
const GATHER_MS = 250;
/** After a read that failed; a socket that comes back does not wait for it. */
const RETRY_MS = 5000;

/**
 * The reader's home: one list for as long as they are signed in, and what came since its top was loaded. The socket only
 * says that something is new; what it is comes by the same reads as everything else, so that what the reader may not see
 * is not even counted.
 */
export const newTweets = signal<readonly string[]>([]);
/** True where more is new than one read gives: the list begins again. */
const tooMany = signal(false);
/** The home list of whoever is signed in. */
export const homeList = signal(new ListModel(loadHome));

/** `meta.newest_id` of the newest read: safe to read on from. */
let newest: string | undefined;
/** The same as the list has it on top, or had it when the reader last brought it up to date. */
let newestShown: string | undefined;
/** What was counted may not be there any more: it is read again. */
let countAgain = false;
let pollTimer: ReturnType<typeof setTimeout> | undefined;
let gatherTimer: ReturnType<typeof setTimeout> | undefined;
let reading: Promise<void> | null = null;
/** Something may be new that nobody has read, since the page was not looked at. */
let missed = false;

const homePath = (): string => `/users/${viewer.peek()?.id ?? "0"}/timelines/reverse_chronological`;

async function loadHome(token: string | undefined): Promise<ListPage> {
  if (token === undefined) missed = false;
  const query = { ...TWEETS, max_results: PAGE, pagination_token: token };
  const answer = await ask<TimelineAnswer>(homePath(), { query });
  const page = notePage(answer);
  if (token === undefined) {
    noteHead(answer);
    newestShown = newest;
  }
  return page;
}

function noteHead({ meta }: TimelineAnswer): void {
  newest = meta.newest_id ?? newest;
  clearTimeout(pollTimer);
  const { poll_after: seconds } = meta;
  // Pull authors' tweets are not pushed to anybody: the server says when to look.
  if (seconds !== undefined) pollTimer = setTimeout(lookForNew, seconds * 1000);
}

/** Reads what is new, soon; later where nobody is looking. */
function lookForNew(): void {
  missed = true;
  if (document.visibilityState !== "visible" || gatherTimer !== undefined) return;
  gatherTimer = setTimeout(() => {
    gatherTimer = undefined;
    reading = (reading ?? Promise.resolve()).then(readNew).catch(() => {
      clearTimeout(pollTimer);
      pollTimer = setTimeout(lookForNew, RETRY_MS);
    });
  }, GATHER_MS);
}

async function readNew(): Promise<void> {
  const list = homeList.peek();
  if (viewer.peek() === null || list.state.peek() === "new") return;
  // The page that is on its way may have been read before what is new came.
  if (list.state.peek() === "loading") return lookForNew();
  missed = false;
  const afresh = countAgain;
  const query = { ...TWEETS, max_results: NEW_MAX, since_id: afresh ? newestShown : newest };
  const answer = await ask<TimelineAnswer>(homePath(), { query });
  if (list !== homeList.peek()) return;
  if (afresh) countAgain = false;
  noteAnswer(answer);
  noteHead(answer);
  const ids = (answer.data ?? []).map(({ id }) => id);
  const before = afresh ? [] : newTweets.peek();
  const known = new Set(before);
  const fresh = ids.filter((id) => !list.has(id) && !known.has(id) && !isFurtherDown(id, list));
  // One's own, from another tab or device, are no news.
  const isOwn = (id: string) => authorOf(id) === viewer.peek()?.id;
  list.prepend(fresh.filter((id) => isOwn(id) && !isRetweetOfShown(id, list)));
  const others = fresh.filter((id) => !isOwn(id));
  if (answer.meta.next_token !== undefined && others.length > 0) tooMany.value = true;
  if (afresh || others.length > 0) newTweets.value = [...others, ...before].slice(0, NEW_MAX);
}

/** `newest_id` lies a little back: what was read again may stand below the end of what the list has by now. */
function isFurtherDown(id: string, list: ListModel): boolean {
  const last = list.items.keyAt(list.items.length - 1);
  return last !== undefined && list.state.peek() !== "end" && BigInt(id) < BigInt(last);
}

function authorOf(id: string): string | undefined {
  const tweet = peekTweet(id);
  return typeof tweet === "object" ? tweet.author_id : undefined;
}

/** The reader retweeted what stands in front of them: it says so there, and needs no second card. */
function isRetweetOfShown(id: string, list: ListModel): boolean {
  const tweet = peekTweet(id);
  if (typeof tweet !== "object") return false;
  return list.has(referenceOf(tweet, "retweeted") ?? "");
}

/** Puts what is new on top of home, and shows it. */
export function showNew(): void {
  const list = homeList.peek();
  if (newTweets.peek().length === 0) return;
  if (tooMany.peek()) {
    dropNew();
    void list.reload();
  } else {
    list.prepend(newTweets.peek());
    newestShown = newest;
    dropNew();
  }
  list.anchor = null;
  scrollTo({ top: 0, behavior: "instant" });
}

function dropNew(): void {
  newTweets.value = [];
  tooMany.value = false;
}

function forget(matches: (id: string) => boolean): void {
  const kept = newTweets.peek().filter((id) => !matches(id));
  if (kept.length !== newTweets.peek().length) newTweets.value = kept;
}

const socket = new LiveSocket({
  opened: lookForNew,
  heard: (message) => {
    if (message.type === "changed") countAgain = true;
    if (message.type !== "gone") return lookForNew();
    for (const id of message.ids) {
      noteGone(id);
      homeList.peek().remove(id);
    }
    forget((id) => message.ids.includes(id));
  },
});

/** Follows whoever is signed in. Called once, at the start. */
export function startLiveHome(): void {
  let who: string | undefined;
  effect(() => {
    const id = viewer.value?.id;
    if (id === who) return;
    who = id;
    clearTimeout(pollTimer);
    [newest, newestShown, countAgain] = [undefined, undefined, false];
    dropNew();
    homeList.value = new ListModel(loadHome);
    if (id === undefined) socket.close();
    else socket.open(id);
  });
  effect(() => {
    const tweet = posted.value;
    // Whether an answer shows in home depends on whom it answers: the next read tells.
    if (tweet !== null && tweet.in_reply_to_user_id === undefined) homeList.peek().prepend([tweet.id]);
  });
  effect(() => {
    if (hiddenAuthor.value === null) return;
    forget(isGoneFromHome);
    letGo(homeList.peek(), homeList.peek().items, isGoneFromHome);
  });
  effect(() => letGo(homeList.peek(), lookedUp.value, isGoneFromHome));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && missed) lookForNew();
  });
}
