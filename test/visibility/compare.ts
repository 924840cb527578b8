import type { Cell, Expected, Given, TweetListing } from "./cells.ts";
import { listCounts, tweetCounts, userCounts } from "./counts.ts";
import { toldIn, type Account, type Facts, type List, type Tweet } from "./facts.ts";
import { standingTo, whyHidden, type Place, type RuleName } from "./plain-rules.ts";

/** An answer held against what was expected. */

interface Reference {
  readonly type: string;
  readonly id: string;
}
export interface ItemJson {
  readonly id: string;
  readonly text?: string;
  readonly username?: string;
  readonly name?: string;
  readonly unavailable?: boolean;
  readonly public_metrics?: Readonly<Record<string, number>>;
  readonly member_count?: number;
  readonly follower_count?: number;
  readonly retweeted_by?: readonly string[];
  readonly viewer?: Readonly<Record<string, boolean>>;
  readonly referenced_tweets?: readonly Reference[];
}
export interface AnswerJson {
  readonly data?: ItemJson | readonly ItemJson[];
  readonly includes?: { readonly users?: readonly ItemJson[]; readonly tweets?: readonly ItemJson[] };
  readonly errors?: readonly { readonly type: string; readonly resource_id: string; readonly value: string }[];
  readonly meta?: {
    readonly result_count: number;
    readonly next_token?: string;
    readonly degraded?: readonly string[];
  };
}
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: AnswerJson;
}

/** What was compared, and what was wrong with it. */
export interface Verdict {
  cells: number;
  counts: number;
  /** How many tweets each rule kept out. */
  readonly hidden: Map<RuleName, number>;
  readonly wrong: string[];
}

const CLOSED = "about:blank#not-authorized-for-resource";

export interface Strictness {
  readonly counting?: boolean;
  readonly degraded?: string;
}

/** Holds an answer against what was expected; `how` tells what may lag behind or be missing (see `Looking`). */
export function compare(given: Given, { expected }: Cell, answer: Answer, how: Strictness): Verdict {
  const verdict: Verdict = { cells: 0, counts: 0, hidden: new Map(), wrong: [] };
  const check = new Check(given, answer, verdict, how);
  check.against(expected);
  check.tellsNothing();
  return verdict;
}

class Check {
  readonly given: Given;
  readonly facts: Facts;
  readonly answer: Answer;
  readonly verdict: Verdict;
  readonly how: Strictness;

  constructor(given: Given, answer: Answer, verdict: Verdict, how: Strictness) {
    this.given = given;
    this.facts = given.facts;
    this.answer = answer;
    this.verdict = verdict;
    this.how = how;
  }

  against(expected: Expected): void {
    const { status, json } = this.answer;
    const wanted = expected.kind === "refusal" ? expected.status : this.#statusOf(expected);
    this.#same("status", status, wanted);
    this.verdict.cells += expected.kind === "refusal" || expected.kind === "plain" ? 1 : expected.judged.length;
    if (expected.kind === "tweets") this.#hidden(expected);
    if (expected.kind === "refusal" || status !== 200 || wanted !== 200) return;
    const { data = [] } = json;
    const items = Array.isArray(data) ? (data as readonly ItemJson[]) : [data as ItemJson];
    if (expected.kind === "plain") return this.#same("data", JSON.stringify(data), JSON.stringify(expected.data));
    this.#same("degraded", json.meta?.degraded?.join(), this.how.degraded);
    this.#listed(expected, items);
    this.#errors(expected.closed, expected.missing ?? []);
    if (expected.kind === "tweets" && expected.bare !== true) this.#tweets(expected, items);
    if (expected.kind === "users") for (const item of items) this.#user(item, expected.standings === true);
    if (expected.kind === "lists") for (const item of items) this.#listCounts(item);
    if (expected.kind === "lists") this.#owners(expected.shown);
  }

  /** Whatever the route and the field: not a word of what may not be seen. */
  tellsNothing(): void {
    const told = toldIn(this.facts, this.answer.text).filter((tweet) => this.#why(tweet) !== null);
    if (told.length > 0) this.verdict.wrong.push(`tells of ${told.map(({ id }) => this.#nameOf(id)).join("; ")}`);
  }

  #why(tweet: Tweet, place: Place = "elsewhere"): RuleName | null {
    return whyHidden(tweet, { ...this.given, place });
  }

  /** Notes which rules were needed. */
  #hidden({ judged, shown, place, repliesElsewhere = [] }: TweetListing): void {
    const { hidden } = this.verdict;
    for (const tweet of judged) {
      if (shown.includes(tweet)) continue;
      const rule = this.#why(tweet, place) ?? (repliesElsewhere.includes(tweet) ? "reply_elsewhere" : null);
      if (rule !== null) hidden.set(rule, (hidden.get(rule) ?? 0) + 1);
    }
  }

  /** One object that may not be seen is not there; a list is just shorter. */
  #statusOf(expected: Exclude<Expected, { kind: "refusal" }>): number {
    return expected.kind !== "plain" && expected.single === true && expected.shown.length === 0 ? 404 : 200;
  }

  #same(what: string, found: unknown, wanted: unknown): void {
    if (found !== wanted) this.verdict.wrong.push(`${what}: ${String(found)}, not ${String(wanted)}`);
  }

  #sameIds(what: string, found: readonly string[], wanted: readonly string[], ordered = false): void {
    const name = (id: string) => this.#nameOf(id);
    const extra = found.filter((id) => !wanted.includes(id)).map(name);
    const lacking = wanted.filter((id) => !found.includes(id)).map(name);
    const { wrong } = this.verdict;
    if (extra.length > 0) wrong.push(`${what} must not hold ${extra.join("; ")}`);
    if (lacking.length > 0) wrong.push(`${what} lacks ${lacking.join("; ")}`);
    if (extra.length > 0 || lacking.length > 0) return;
    if (found.length !== wanted.length) wrong.push(`${what} repeats something: ${found.map(name).join("; ")}`);
    else if (ordered && found.join() !== wanted.join()) wrong.push(`${what} is in another order`);
  }

  /** What an id stands for, and whom it is hidden from by which rule. */
  #nameOf(id: string): string {
    const tweet = this.facts.tweets.find((one) => one.id === id);
    if (tweet === undefined) {
      return [...this.facts.accounts, ...this.facts.lists].find((one) => one.id === id)?.label ?? id;
    }
    const why = this.#why(tweet);
    return why === null ? tweet.label : `${tweet.label} (${why})`;
  }

  #listed(expected: Exclude<Expected, { kind: "refusal" | "plain" }>, items: readonly ItemJson[]): void {
    const wanted = expected.shown.map((one: Tweet | Account | List) => one.id);
    this.#sameIds(
      "data",
      items.map((item) => item.id),
      wanted,
      expected.ordered,
    );
    const { meta } = this.answer.json;
    if (meta !== undefined) this.#same("result_count", meta.result_count, items.length);
  }

  #errors(closed: Account | undefined, missing: readonly string[]): void {
    const { errors = [] } = this.answer.json;
    const refused = errors.filter((error) => error.type === CLOSED).map((error) => error.resource_id);
    this.#sameIds("what is closed", refused, closed === undefined ? [] : [closed.id]);
    const absent = errors.filter((error) => error.type !== CLOSED).map((error) => error.value);
    this.#sameIds("errors", absent, missing);
  }

  #tweets(expected: TweetListing, items: readonly ItemJson[]): void {
    for (const item of items) {
      const tweet = this.#tweetOf(item);
      if (tweet !== undefined) this.#tweet(tweet, item, "data");
      const retweeters = tweet === undefined ? undefined : expected.retweetedBy?.get(tweet);
      if (tweet === undefined || expected.retweetedBy === undefined) continue;
      const wanted = tweet.retweets === undefined ? [] : (retweeters ?? []).map((account) => account.id);
      this.#sameIds(`retweeted_by of ${tweet.label}`, item.retweeted_by ?? [], wanted, true);
    }
    this.#includes(expected);
  }

  #tweetOf({ id }: ItemJson): Tweet | undefined {
    return this.facts.tweets.find((tweet) => tweet.id === id);
  }

  #tweet(tweet: Tweet, item: ItemJson, where: string): void {
    const { retweets } = tweet;
    const text = retweets === undefined ? tweet.text : `RT @${retweets.author.username}: ${retweets.text}`;
    this.#same(`${where}: text of ${tweet.label}`, item.text, text);
    this.#same(`${where}: ${tweet.label} unavailable`, item.unavailable, undefined);
    this.#metrics(tweet.label, item.public_metrics ?? {}, tweetCounts(this.facts, tweet));
  }

  #metrics(
    label: string,
    found: Readonly<Record<string, number>>,
    wanted: Readonly<Record<string, number | undefined>>,
  ): void {
    if (this.how.counting === false) return;
    for (const [name, count] of Object.entries(wanted)) {
      if (count === undefined) continue;
      this.verdict.counts += 1;
      this.#same(`${name} of ${label}`, found[name], count);
    }
  }

  #user(item: ItemJson, standings = false): void {
    const user = this.facts.accounts.find((account) => account.id === item.id);
    if (user === undefined) return;
    this.#same(`name of ${user.label}`, item.username, user.username);
    const standing = standings ? standingTo(this.facts, this.given.viewer, user) : null;
    const wanted = standing === null ? undefined : JSON.stringify(standing);
    this.#same(`viewer of ${user.label}`, item.viewer && JSON.stringify(item.viewer), wanted);
    if (standings) return;
    this.#metrics(user.label, item.public_metrics ?? {}, userCounts(this.facts, user));
  }

  #listCounts(item: ItemJson): void {
    const list = this.facts.lists.find((one) => one.id === item.id);
    const { member_count = -1, follower_count = -1 } = item;
    if (list !== undefined) this.#metrics(list.label, { member_count, follower_count }, listCounts(this.facts, list));
  }

  #owners(shown: readonly List[]): void {
    const found = (this.answer.json.includes?.users ?? []).map((user) => user.id);
    this.#sameIds("includes.users", found, [...new Set(shown.map((list) => list.owner.id))]);
  }

  /** Beside the tweets: what they point to, as far as it may be seen, and everybody concerned. */
  #includes({ shown, retweetedBy }: TweetListing): void {
    const referenced = new Set(shown.flatMap((one) => [one.retweets, one.quotes, one.replyTo].filter(isThere)));
    const visible = [...referenced].filter((tweet) => this.#why(tweet) === null);
    const people = [
      ...shown.map((tweet) => tweet.author),
      ...visible.map((tweet) => tweet.author),
      ...shown.flatMap((tweet) => [tweet.replyTo?.author, ...tweet.mentions].filter(isThere)),
      ...shown.flatMap((tweet) => (tweet.retweets === undefined ? [] : (retweetedBy?.get(tweet) ?? []))),
    ].filter((account) => !account.gone);
    const { users = [], tweets = [] } = this.answer.json.includes ?? {};
    this.#sameIds("includes.users", users.map(idOf), [...new Set(people.map(idOf))]);
    this.#sameIds("includes.tweets", tweets.map(idOf), [...referenced].map(idOf));
    for (const user of users) this.#user(user);
    for (const item of tweets) {
      const tweet = this.#tweetOf(item);
      if (tweet === undefined) continue;
      this.verdict.cells += 1;
      if (visible.includes(tweet)) this.#tweet(tweet, item, "includes");
      else this.#placeholder(tweet, item);
    }
  }

  /** In the place of what may not be seen stands its id and nothing else of it. */
  #placeholder(tweet: Tweet, item: ItemJson): void {
    const wanted = JSON.stringify({ id: tweet.id, text: "", edit_history_tweet_ids: [tweet.id], unavailable: true });
    this.#same(`includes: in place of ${this.#nameOf(tweet.id)}`, JSON.stringify(item), wanted);
  }
}

const isThere = <T>(one: T | undefined): one is T => one !== undefined;
const idOf = ({ id }: { readonly id: string }): string => id;
export const whoIs = (account: Account | null): string => account?.label ?? "nobody signed in";
