/** The model's coefficients: what one of each thing uses, read off the measured operations and the slopes between them. */
import type { Measured } from "./measured.ts";
import { NOTHING, sumOf, times, UNIT_NAMES, without, type Units } from "./units.ts";

export interface Coefficients {
  /** A tweet without its followers: the post, its event, the author's own home. */
  readonly post: Units;
  /** A pull author's tweet, feed and all. */
  readonly pullPost: Units;
  /** To a reader who is here. */
  readonly delivery: Units;
  /** To a reader who is away: it rests in memory. */
  readonly restingDelivery: Units;
  /** A follower that fan-out looks at and does not push to. */
  readonly passedOver: Units;
  /** A page of a wide fan-out, without its followers. */
  readonly page: Units;
  readonly like: Units;
  /** Each of many that reach the consumer together. */
  readonly likeInStorm: Units;
  readonly retweet: Units;
  readonly reply: Units;
  readonly deletion: Units;
  /** Without the tweets that are merged. */
  readonly follow: Units;
  /** A page of home, all warm. */
  readonly home: Units;
  /** What a timeline object that was not in memory adds. */
  readonly coldObject: Units;
  /** A tweet of a page that the isolate does not remember. */
  readonly hydratedTweet: Units;
  /** Tweets that a page of 20 hydrates: it looks a little further. */
  readonly tweetsAPage: number;
  /** What a push to an object adds that was not in memory, and one that rests there. */
  readonly coldPush: Units;
  readonly coldRest: Units;
  /** What splitting a wide audience adds, pages of WIDE_PAGE. */
  readonly split: Units;
  /** What a visit adds that is written, nothing having been missed. */
  readonly visit: Units;
  /** What a return adds that reads what rested and was lost; beside it, an author followed and a tweet found. */
  readonly comeBack: Units;
  readonly comeBackAuthor: Units;
  readonly foundTweet: Units;
  /** What a return adds beyond the window of the fan-out; beside it, an author followed. */
  readonly longReturn: Units;
  readonly longReturnAuthor: Units;
  /** What a rebuild adds to a page; beside it, an author followed, with at least one tweet. */
  readonly rebuild: Units;
  readonly rebuildAuthor: Units;
}

/** As the tests that count name their worlds. */
const FOLLOWERS = 10;
const AUTHORS = 20;
const TWEETS_EACH = 4;
const FOLLOW_TWEETS = 30;
/** The page size that `split` was counted at: a wide audience is found out by reading one follower more than a page. */
export const WIDE_PAGE = 10;

export function coefficientsOf(measured: Measured): Coefficients {
  const of = (operation: string): Units => {
    const found = measured.costs.find((usage) => usage.operation === operation);
    if (found === undefined) throw new Error(`the measurement has no "${operation}": npm run bench -- --only costs`);
    return without(found, NOTHING);
  };
  const delivery = of("one fan-out delivery");
  const foundTweet = of("rebuild, one more tweet");
  const rebuildAuthor = without(of("rebuild, one more author with 4 tweets"), times(foundTweet, TWEETS_EACH));
  const comeBackAuthor = of("return, what rested was lost, one more author");
  const longReturnAuthor = of("return after 2 days, one more author");
  const home = of("home, all warm");
  const hydratedTweet = of("home, one more tweet hydrated from D1");
  const wholeAuthors = sumOf([times(rebuildAuthor, AUTHORS), times(foundTweet, AUTHORS * TWEETS_EACH)]);
  return {
    post: without(of("post, push tier, 10 followers"), times(delivery, FOLLOWERS)),
    pullPost: of("post, pull tier, any number of followers"),
    delivery,
    restingDelivery: of("one fan-out delivery to a reader who left 12 hours ago"),
    passedOver: of("one follower passed over by a fan-out"),
    page: of("one fan-out page, beyond its followers"),
    like: of("like"),
    likeInStorm: of("like, each of 100 that arrive together"),
    follow: without(of("follow, 30 tweets merged"), times(foundTweet, FOLLOW_TWEETS)),
    retweet: without(of("retweet, 1 follower"), delivery),
    reply: without(of("reply, 1 follower"), delivery),
    deletion: without(of("delete, 10 followers"), times(delivery, FOLLOWERS)),
    home,
    coldObject: without(of("home, object cold"), home),
    hydratedTweet,
    tweetsAPage: Math.round(of("home, isolate cold").d1RowsRead / hydratedTweet.d1RowsRead),
    coldPush: rowsRead(of("one fan-out delivery, object cold")),
    coldRest: rowsRead(of("one fan-out delivery to a reader who left 12 hours ago, object cold")),
    split: of("a fan-out split into pages of 10, beyond its pages"),
    visit: without(of("a visit that is written"), NOTHING),
    comeBack: without(of("return, what rested was lost, 20 authors"), times(comeBackAuthor, AUTHORS)),
    comeBackAuthor,
    foundTweet,
    longReturn: without(of("return after 2 days, 20 authors without news"), times(longReturnAuthor, AUTHORS)),
    longReturnAuthor,
    rebuild: without(of("rebuild, 20 authors with 4 tweets"), wholeAuthors),
    rebuildAuthor,
  };
}

const rowsRead = ({ objectRowsRead }: Units): Units => ({ ...NOTHING, objectRowsRead });

/** True where no count of `units` is below nothing. */
export const isSound = (units: Units): boolean => UNIT_NAMES.every((name) => units[name] >= 0);
