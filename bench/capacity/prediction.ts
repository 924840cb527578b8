/** What a run of rounds will use, from the statistics of its graph and of its workload alone. */
import { activeWindowMs, idleWindowMs, presentWindowMs, type Limits } from "../../workers/lib/limits.ts";
import type { Coefficients } from "./coefficients.ts";
import type { Measured } from "./measured.ts";
import { sumOf, type Units } from "./units.ts";
import { activitiesOf, type Work } from "./work.ts";

/**
 * A run: in each round the clock moves on and every object leaves memory; then people post, like and follow, each drawn
 * evenly; what they sent is delivered together; then readers, drawn evenly and each at most once, read home.
 */
export interface Statistics {
  readonly rounds: number;
  readonly secondsARound: number;
  readonly postsARound: number;
  readonly likesARound: number;
  readonly followsARound: number;
  readonly readsARound: number;
  /** Tweets that a new follow finds. */
  readonly tweetsAnAuthor: number;
  readonly databases: number;
  /** By user: followers, and of those followed how many are served with their event and how many in pages. */
  readonly users: readonly UserStatistics[];
}

export interface UserStatistics {
  readonly followers: number;
  readonly follows: number;
  readonly followsWide: number;
}

const EVENTS_A_BATCH = 100;
const PAGES_A_BATCH = 10;

export function predict(one: Coefficients, given: Statistics, limits: Limits, speed: Measured["speed"]): Units {
  const work = predictWork(one, given, limits);
  return sumOf(activitiesOf(one, work, limits, speed).map(({ units }) => units));
}

export function predictWork(one: Coefficients, given: Statistics, limits: Limits): Work {
  const { rounds, users, postsARound, likesARound, followsARound, readsARound, databases } = given;
  const count = users.length;
  const wide = users.filter(({ followers }) => followers > limits.FANOUT_PAGE_SIZE);
  const widePosts = (postsARound * wide.length) / count;
  const pagesARange = wide.map(({ followers }) => Math.floor(followers / databases / limits.FANOUT_PAGE_SIZE) + 1);
  const pages = pagesARange.reduce((sum, each) => sum + each, 0) / Math.max(1, wide.length);
  const events = postsARound + likesARound + followsARound;
  const batches = Math.ceil(events / EVENTS_A_BATCH);
  const shared = { batches, widePosts, wideAuthors: wide.length, pages };
  const people = users.map((user) => ({ user, ...followPerson(user, given, limits, callsOf(user, given, shared)) }));
  const total = (part: keyof Person, weight: (user: UserStatistics) => number = () => 1) =>
    people.reduce((sum, { user, ...person }) => sum + person[part] * weight(user), 0);
  const followers = users.reduce((sum, user) => sum + user.followers, 0) / count;
  const calls = total("presentCalls") + total("restingCalls");
  return {
    posts: rounds * postsARound,
    pullPosts: 0,
    presentCalls: total("presentCalls"),
    restingCalls: total("restingCalls"),
    coldPushes: total("wokenHere"),
    coldRests: total("wokenAway"),
    notes: total("notes"),
    ownRests: total("ownRests"),
    ownAlong: (calls * postsARound) / count,
    looked: rounds * postsARound * followers,
    splits: rounds * widePosts,
    pages: rounds * widePosts * pages * databases,
    likes: rounds * likesARound,
    follows: rounds * followsARound,
    reads: rounds * readsARound,
    coldReads: total("coldReads"),
    hydrated: rounds * readsARound * one.tweetsAPage,
    visits: total("visits"),
    returns: total("returns"),
    returnAuthors: total("returns", ({ follows }) => follows),
    longReturns: total("longReturns"),
    longReturnAuthors: total("longReturns", ({ follows }) => follows),
    found: total("found") + rounds * followsARound * given.tweetsAnAuthor,
    feedReads: rounds,
    eventsABatch: events / batches,
    // The pages of one step of all walks come together.
    pagesABatch: Math.max(1, Math.min(PAGES_A_BATCH, widePosts * databases)),
  };
}

interface Together {
  readonly batches: number;
  readonly widePosts: number;
  readonly wideAuthors: number;
  /** Of one range. */
  readonly pages: number;
}

/** Calls of a round that bring others' tweets to one reader: tweets of one batch come in one call. */
function callsOf({ follows, followsWide }: UserStatistics, given: Statistics, together: Together): number {
  const { batches, widePosts, wideAuthors, pages } = together;
  const none = (1 - (follows - followsWide) / given.users.length) ** (given.postsARound / batches);
  const nonePaged = wideAuthors === 0 ? 1 : (1 - followsWide / wideAuthors / pages) ** widePosts;
  return batches * (1 - none) + pages * (1 - nonePaged);
}

interface Person {
  presentCalls: number;
  restingCalls: number;
  /** Rounds in which a push woke the object. */
  wokenHere: number;
  wokenAway: number;
  notes: number;
  ownRests: number;
  /** Pages that find the object as no push of the round has woken it. */
  coldReads: number;
  visits: number;
  returns: number;
  longReturns: number;
  found: number;
}

/** What of a state's time is the same for everybody; in rounds since the stored visit. */
interface Spans {
  /** A visit is written from here on. */
  readonly due: number;
  /** The reader counts as here up to here. */
  readonly present: number;
  /** A fan-out passes the reader over from here on, and so does the return read everything. */
  readonly beyond: number;
  readonly pushedTo: number;
}

function spansOf({ secondsARound }: Statistics, limits: Limits): Spans {
  const beyond = Math.ceil((activeWindowMs(limits) / 1000 - limits.SEEN_AT_SLACK_SECONDS) / secondsARound);
  const windowMs = limits.FANOUT_ACTIVE_ONLY_MIN === 0 ? activeWindowMs(limits) : idleWindowMs(limits);
  return {
    due: Math.ceil(limits.SEEN_AT_WRITE_SECONDS / secondsARound),
    present: Math.floor(presentWindowMs(limits) / 1000 / secondsARound),
    beyond,
    pushedTo: Math.floor(windowMs / 1000 / secondsARound),
  };
}

/**
 * One reader through all rounds, as probabilities: how many rounds ago the stored visit was, and whether something rests
 * that is lost by now.
 */
function followPerson(user: UserStatistics, given: Statistics, limits: Limits, calls: number): Person {
  const { rounds, readsARound, postsARound, users } = given;
  const chance = (posts: number) => 1 - (1 - (user.follows + 1) / users.length) ** posts;
  const read = readsARound / users.length;
  const own = postsARound / users.length;
  const incoming = own * (user.follows + 1);
  const spans = spansOf(given, limits);
  const person = {
    presentCalls: 0,
    restingCalls: 0,
    wokenHere: 0,
    wokenAway: 0,
    notes: 0,
    ownRests: 0,
    coldReads: 0,
    visits: 0,
    returns: 0,
    longReturns: 0,
    found: 0,
  };
  let [whole, lost] = [[1], [0]];
  for (let round = 0; round < rounds; round += 1) {
    const [nextWhole, nextLost]: [number[], number[]] = [[0], [0]];
    const meet = (ago: number, part: number, isLost: boolean) => {
      const now = ago + 1;
      const [here, pushed, beyond] = [now <= spans.present, now <= spans.pushedTo, now >= spans.beyond];
      // One's own tweets come whatever the window.
      const come = pushed ? calls : 0;
      const any = pushed ? chance(postsARound) : own;
      const noted = here || isLost ? 0 : part * any;
      if (here) person.presentCalls += part * come;
      else person.restingCalls += part * come;
      if (!here) person.ownRests += part * own;
      if (here) person.wokenHere += part * any;
      else person.wokenAway += part * any;
      person.notes += noted;
      const back = isLost || now >= spans.due ? read : 0;
      // A return's own price has the waking in it.
      if (beyond || !isLost) person.coldReads += part * read * (1 - any);
      if (beyond) person.longReturns += part * back;
      else if (isLost) person.returns += part * back;
      else person.visits += part * back;
      if (beyond || isLost) person.found += part * back * incoming * (now - spans.present);
      nextWhole[0] = (nextWhole[0] ?? 0) + part * back;
      const stays = (part - noted) * (1 - back);
      const next = isLost ? nextLost : nextWhole;
      next[now] = (next[now] ?? 0) + stays;
      if (noted > 0) nextLost[now] = (nextLost[now] ?? 0) + noted * (1 - back);
    };
    for (const [ago, part] of whole.entries()) meet(ago, part, false);
    for (const [ago, part] of lost.entries()) meet(ago, part, true);
    [whole, lost] = [nextWhole, nextLost];
  }
  return person;
}

/** How far the prediction is off, as part of what was counted; what is too little to matter counts as met. */
export function errorOf(predicted: number, counted: number): number {
  return counted === 0 && predicted === 0 ? 0 : Math.abs(predicted - counted) / Math.max(1, counted);
}
