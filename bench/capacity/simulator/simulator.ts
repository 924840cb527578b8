/**
 * Posts, visits and the fan-out's messages as events in time; a message is the unit, not a delivery. The rules are those of
 * workers/timelines: small audiences are served with the event, wide ones in pages, one range a database; under a backlog
 * those who are here go first and the others wait in a queue of their own.
 */
import { seededRandom } from "../../../scripts/lib.ts";
import { activeWindowMs, idleWindowMs, presentWindowMs } from "../../../workers/lib/limits.ts";
import { dailyCurve, type Crowd } from "./crowd.ts";
import { EventHeap } from "./event-heap.ts";
import { Lags } from "./lags.ts";
import { EVENTS, LATER, PAGES, Queues, type Message, type QueueName } from "./queues.ts";
import type { Outcome, Sample, Scenario } from "./scenario.ts";

const POST = 0;
const SESSION = 1;
const DONE = 2;
const LOOK = 3;
const SAMPLE = 4;
const CELEBRITY = 5;

/** A page that is held back looks again after so long. */
const LOOK_SECONDS = 2;
const SAMPLE_SECONDS = 15;
const DAY = 86_400;

export function simulate(crowd: Crowd, scenario: Scenario): Outcome {
  return new Simulator(crowd, scenario).run();
}

class Simulator {
  readonly #crowd: Crowd;
  readonly #given: Scenario;
  readonly #random: () => number;
  readonly #heap = new EventHeap();
  readonly #queues: Queues;
  /** Pages for those who are away, until there is no backlog or they have waited long enough. */
  #held: Message[] = [];
  readonly #batches = new Map<number, { name: QueueName; messages: readonly Message[] }>();
  /** Seconds of each user's stored visit. */
  readonly #seenAt: Float64Array;
  #now = 0;
  #looking = false;
  #begun = 0;
  readonly #outcome: { -readonly [K in keyof Outcome]: Outcome[K] } & { samples: Sample[] } = {
    posts: 0,
    messages: 0,
    here: new Lags(),
    away: new Lags(),
    celebrityHere: new Lags(),
    celebrityAway: new Lags(),
    samples: [],
    deepest: 0,
    drainedAt: 0,
  };

  constructor(crowd: Crowd, given: Scenario) {
    this.#crowd = crowd;
    this.#given = given;
    this.#random = seededRandom(given.seed);
    this.#queues = new Queues(given.consumers, given.shared);
    this.#seenAt = Float64Array.from(crowd.seenAt);
  }

  run(): Outcome {
    this.#nextPost();
    this.#nextSession();
    for (const at of this.#given.celebrityPosts ?? []) this.#heap.push(at, CELEBRITY, 0);
    this.#heap.push(0, SAMPLE, 0);
    while (this.#heap.pop()) {
      this.#now = this.#heap.time;
      this.#meet(this.#heap.kind, this.#heap.value);
    }
    return this.#outcome;
  }

  #meet(kind: number, value: number): void {
    if (kind === POST) {
      this.#post(Math.floor(this.#random() * this.#crowd.users));
      this.#nextPost();
    } else if (kind === SESSION) {
      this.#visit(value);
      this.#nextSession();
    } else if (kind === DONE) this.#finish(value);
    else if (kind === LOOK) this.#look();
    else if (kind === CELEBRITY) this.#post(0);
    else this.#sample();
  }

  /** The next of events that come `perSecond` at the mean of the day; none past the end. */
  #schedule(kind: number, perSecond: number, value: () => number): void {
    const { from, seconds } = this.#given;
    const at = this.#now - Math.log(1 - this.#random()) / (perSecond * dailyCurve(from + this.#now));
    if (at < seconds) this.#heap.push(at, kind, value());
  }

  #nextPost(): void {
    const { postsADay, burst } = this.#given;
    const inBurst = burst !== undefined && this.#now >= burst.from && this.#now < burst.until;
    this.#schedule(POST, (postsADay / DAY) * (inBurst ? burst.factor : 1), () => 0);
  }

  #nextSession(): void {
    const { users, sessionsADay } = this.#crowd;
    this.#schedule(SESSION, (users * sessionsADay) / DAY, () => this.#crowd.visitorFor(this.#random()));
  }

  #visit(user: number): void {
    const seen = this.#seenAt[user] as number;
    if (this.#now - seen >= this.#given.limits.SEEN_AT_WRITE_SECONDS) this.#seenAt[user] = this.#now;
  }

  #post(author: number): void {
    const { limits } = this.#given;
    const followers = this.#followersOf(author);
    const post = this.#outcome.posts;
    this.#outcome.posts += 1;
    if (followers >= limits.FANOUT_PULL_MIN) return;
    const kind = followers <= limits.FANOUT_PAGE_SIZE ? "whole" : "wide";
    const own = { kind, post, author, postedAt: this.#now, walk: "everybody", splits: false } as const;
    this.#send(EVENTS, { ...own, next: 0, stride: 1, heldSince: 0, queuedAt: this.#now });
  }

  #followersOf(author: number): number {
    return this.#crowd.followers[author] as number;
  }

  #send(name: QueueName, message: Message): void {
    this.#outcome.messages += 1;
    this.#queues.send(name, { ...message, queuedAt: this.#now });
    this.#outcome.deepest = Math.max(this.#outcome.deepest, this.#queues.waiting(EVENTS, PAGES, LATER));
    this.#start();
  }

  /** Gives every free consumer a batch. */
  #start(): void {
    for (let batch = this.#queues.take(); batch !== null; batch = this.#queues.take()) {
      let until = this.#now;
      for (const message of batch.messages) until = this.#serve(message, until);
      this.#begun += 1;
      this.#batches.set(this.#begun, batch);
      this.#heap.push(until, DONE, this.#begun);
    }
  }

  /** Works on a message from `start` on; what it sends goes when its batch ends. @returns when it is done. */
  #serve(message: Message, start: number): number {
    const { deliveriesPerSecond, messageSeconds } = this.#given;
    if (message.walk === "everybody" && this.#meetsBacklog(message)) {
      message.walk = "here";
      message.splits = true;
    }
    const { here, away } = message.kind === "wide" ? { here: 0, away: 0 } : this.#deliver(message, start);
    const end = start + messageSeconds + (here + away) / deliveriesPerSecond;
    const late = (start + end) / 2 - message.postedAt;
    const isCelebrity = message.author === 0 && this.#given.celebrityPosts !== undefined;
    const { here: others, away: othersAway, celebrityHere, celebrityAway } = this.#outcome;
    (isCelebrity ? celebrityHere : others).add(late, here);
    (isCelebrity ? celebrityAway : othersAway).add(late, away);
    return end;
  }

  #meetsBacklog({ queuedAt, postedAt }: Message): boolean {
    const { activeFirst, limits } = this.#given;
    if (activeFirst === "never") return false;
    const since = activeFirst === "message waited" ? queuedAt : postedAt;
    return this.#now - since > limits.FANOUT_BACKLOG_SECONDS;
  }

  /** Counts whom a message reaches. Who came since the post may be met twice: the walk that went first may have passed before. */
  #deliver(message: Message, at: number): { here: number; away: number } {
    const { limits, onDelivery } = this.#given;
    const { author, post, postedAt, walk, stride } = message;
    const followers = this.#followersOf(author);
    const windowMs = followers < limits.FANOUT_ACTIVE_ONLY_MIN ? idleWindowMs(limits) : activeWindowMs(limits);
    const seenSince = postedAt - windowMs / 1000;
    const hereSince = postedAt - presentWindowMs(limits) / 1000;
    const cameSince = postedAt - limits.SEEN_AT_SLACK_SECONDS;
    const last = Math.min(followers, this.#pageEnd(message));
    let [here, away] = [0, 0];
    for (let place = message.next; place < last; place += stride) {
      const reader = this.#crowd.followerAt(author, place);
      const seen = this.#seenAt[reader] as number;
      if (seen < seenSince) continue;
      const isHere = seen >= hereSince;
      if (walk === "here" && !isHere) continue;
      if (walk === "away" && isHere && seen < cameSince) continue;
      if (isHere && walk !== "away") here += 1;
      else away += 1;
      onDelivery?.(post, reader, at);
    }
    return { here, away };
  }

  #pageEnd({ next, stride, kind }: Message): number {
    return kind === "page" ? next + stride * this.#given.limits.FANOUT_PAGE_SIZE : Infinity;
  }

  #finish(batch: number): void {
    const done = this.#batches.get(batch);
    if (done === undefined) throw new Error(`no batch ${batch}`);
    this.#batches.delete(batch);
    this.#queues.done(done.name);
    for (const message of done.messages) this.#goOn(message);
    this.#outcome.drainedAt = this.#now;
    this.#start();
  }

  /** What a message sends once it is done: its ranges, its next page, and those who are away. */
  #goOn(message: Message): void {
    const followers = this.#followersOf(message.author);
    const { kind, splits, walk } = message;
    if (kind === "wide") {
      for (let range = 0; range < Math.min(this.#given.ranges, followers); range += 1) {
        const page = { ...message, kind: "page", next: range, stride: this.#given.ranges, splits: false } as const;
        this.#send(PAGES, page);
        if (splits) this.#hold(page);
      }
      return;
    }
    if (splits) this.#hold(message);
    const next = this.#pageEnd(message);
    if (next < followers) this.#send(walk === "away" ? LATER : PAGES, { ...message, next, splits: false });
  }

  /** Those who are away get a walk that begins at this message's page. */
  #hold(message: Message): void {
    this.#held.push({ ...message, walk: "away", splits: false, heldSince: this.#now });
    if (!this.#looking) this.#heap.push(this.#now + LOOK_SECONDS, LOOK, 0);
    this.#looking = true;
  }

  /** Held pages go on where the others' queues are not behind, or where they have waited long enough. */
  #look(): void {
    const { FANOUT_LATER_SECONDS_MAX, FANOUT_BACKLOG_SECONDS } = this.#given.limits;
    const backlogged = this.#now - this.#queues.oldest(EVENTS, PAGES) > FANOUT_BACKLOG_SECONDS;
    const isReady = (message: Message) => !backlogged || this.#now - message.heldSince >= FANOUT_LATER_SECONDS_MAX;
    const ready = this.#held.filter((message) => isReady(message));
    this.#held = this.#held.filter((message) => !isReady(message));
    this.#looking = this.#held.length > 0;
    if (this.#looking) this.#heap.push(this.#now + LOOK_SECONDS, LOOK, 0);
    for (const message of ready) this.#send(LATER, message);
  }

  #sample(): void {
    const waiting = this.#queues.waiting(EVENTS, PAGES);
    const held = this.#held.length + this.#queues.waiting(LATER);
    this.#outcome.samples.push({ second: this.#now, waiting, held });
    const isOver = this.#now >= this.#given.seconds && waiting + held + this.#queues.busy === 0;
    if (!isOver) this.#heap.push(this.#now + SAMPLE_SECONDS, SAMPLE, 0);
  }
}
