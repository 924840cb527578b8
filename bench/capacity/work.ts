/** Work of any world, large or small, and what it uses: the one place where coefficients meet numbers. */
import type { Limits } from "../../workers/lib/limits.ts";
import { WIDE_PAGE, type Coefficients } from "./coefficients.ts";
import type { Measured } from "./measured.ts";
import { ASSUMED } from "./platform.ts";
import { NOTHING, times, type Units } from "./units.ts";

/** How often each thing happens. */
export interface Work {
  /** Tweets that are pushed, and those of pull authors. */
  readonly posts: number;
  readonly pullPosts: number;
  /** Calls that bring tweets to readers who are here, and to those who are away: one for all tweets of a batch. */
  readonly presentCalls: number;
  readonly restingCalls: number;
  /** Those of each that meet an object which was not in memory. */
  readonly coldPushes: number;
  readonly coldRests: number;
  /** Absences in which something came: noted with a row. */
  readonly notes: number;
  /** Tweets whose own author is away, so that they rest in the author's home as well. */
  readonly ownRests: number;
  /** Calls that would bring an author nothing but the own tweet, which others' tweets bring along. */
  readonly ownAlong: number;
  /** Followers looked at, pushed to or not. */
  readonly looked: number;
  readonly splits: number;
  readonly pages: number;
  readonly likes: number;
  readonly follows: number;
  /** Pages of home, those that find the object not in memory, tweets they hydrate. */
  readonly reads: number;
  readonly coldReads: number;
  readonly hydrated: number;
  /** Visits written where nothing was missed, and returns that read the store. */
  readonly visits: number;
  readonly returns: number;
  /** Authors read by all returns, and tweets found by returns and new follows. */
  readonly returnAuthors: number;
  /** Returns from beyond the window, for which a fan-out may have passed the reader over; and the authors read by them. */
  readonly longReturns: number;
  readonly longReturnAuthors: number;
  readonly found: number;
  readonly feedReads: number;
  /** Messages that share an invocation. */
  readonly eventsABatch: number;
  readonly pagesABatch: number;
}

/** One kind of work and all that it uses. */
export interface Activity {
  readonly name: string;
  readonly count: number;
  readonly units: Units;
  /** CPU milliseconds of the Worker. */
  readonly cpuMs: number;
}

/** CPU milliseconds of the Worker, guessed from a page of home's: little of the price, so a guess will do. */
const CPU = { post: 2, page: 1, like: 2, follow: 3, hydrated: 0.05, return: 5, feed: 0.1 } as const;

export function activitiesOf(one: Coefficients, work: Work, limits: Limits, speed: Measured["speed"]): Activity[] {
  const activity = (name: string, count: number, units: Units, cpuMs = 0): Activity => ({
    name,
    count,
    units: times(units, count),
    cpuMs: cpuMs * count,
  });
  // The looks at followers are counted for all of them, pushed to or not.
  const call = (units: Units): Units => ({ ...units, d1RowsRead: 0, objectRowsRead: 0 });
  const event = (units: Units): Units => ({ ...units, workerRequests: 1 + 1 / work.eventsABatch });
  const page = { ...one.page, workerRequests: 1 / work.pagesABatch };
  const split = {
    ...one.split,
    workerRequests: 0,
    d1RowsRead: one.split.d1RowsRead + limits.FANOUT_PAGE_SIZE - WIDE_PAGE,
  };
  const delivery = (1000 / speed.deliveriesPerSecond) * ASSUMED.deliveryWorkerPart;
  return [
    activity("tweets posted, without followers", work.posts, event(one.post), CPU.post),
    activity("tweets of pull authors", work.pullPosts, event(one.pullPost), CPU.post),
    activity("deliveries to readers who are here", work.presentCalls, call(one.delivery), delivery),
    activity("deliveries to readers who are away", work.restingCalls, call(one.restingDelivery), delivery),
    activity("pushes that wake an object", work.coldPushes, one.coldPush),
    activity("pushes that wake an object to rest", work.coldRests, one.coldRest),
    activity("what rests, noted", work.notes, { ...NOTHING, objectRowsWritten: 1 }),
    activity("own tweets that rest", work.ownRests, { ...NOTHING, objectRowsWritten: -1 }),
    activity("own tweets that come along", work.ownAlong, { ...NOTHING, objectCalls: -1 }),
    activity("followers looked at", work.looked, one.passedOver),
    activity("wide audiences split", work.splits, split),
    activity("fan-out pages", work.pages, page, CPU.page),
    activity("likes", work.likes, event(one.like), CPU.like),
    activity("follows", work.follows, event(one.follow), CPU.follow),
    activity("pages of home", work.reads, one.home, speed.homeCpuMs),
    activity("pages that wake an object", work.coldReads, one.coldObject),
    activity("tweets hydrated", work.hydrated, one.hydratedTweet, CPU.hydrated),
    activity("visits written", work.visits, one.visit),
    activity("returns that read the store", work.returns, one.comeBack, CPU.return),
    activity("authors read at returns", work.returnAuthors, one.comeBackAuthor),
    activity("returns from beyond the window", work.longReturns, one.longReturn, CPU.return),
    activity("authors read at those", work.longReturnAuthors, one.longReturnAuthor),
    activity("tweets found at returns", work.found, one.foundTweet),
    activity("feeds of pull authors read", work.feedReads, { ...NOTHING, kvReads: 1 }, CPU.feed),
  ];
}
