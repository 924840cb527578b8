import { newWorld, type Person, type Isolate, type World } from "../support/world.ts";
import { follow } from "./acts-people.ts";
import { post } from "./acts-tweets.ts";
import { SETTLE_MS } from "./bounds.ts";
import { Meetings } from "./coverage.ts";
import { Model } from "./model.ts";
import { randomFrom, type Plan, type Step } from "./plan.ts";
import { emptyTables, readOutboxes, type Unfinished } from "./tables.ts";
import { passTime } from "./time.ts";

/** Half a second lies between the clocks of the two isolates. */
const SKEW_SECONDS = 0.5;
const USERS_AT_FIRST = 7;
export const USERS_MAX = 10;
/** Users that many follow: the first ones. */
const STARS = 2;
/** How many follow a star at first: below, between and above the thresholds of 3 and 5. */
const CROWDS = [0, 3, 4, 4, 6, 6, 6, 6];
const PULL_OVERLAP_MS = 11 * 60_000;

/** A line of home that a scroll came past. */
export interface PassedLine {
  readonly id: string;
  readonly at: number;
  /** The reader's `changes` then. */
  readonly changes: number;
}

/** Somebody on the way down their home. */
export interface Scroll {
  /** Tweet → the line it was shown by. */
  readonly shown: Map<string, PassedLine>;
  token: string;
  last: string;
}
/** A client that polls: since when, which tweets it was shown, and the `newest_id` it was given last. */
export interface Poller {
  readonly since: number;
  readonly shown: Set<string>;
  newestId: string | undefined;
}

/** What a broken stage does to a world, to show that the oracle notices. */
export interface Sabotage {
  readonly name: string;
  begin?(world: World): void;
  /** Runs instead of letting the queues come to rest. */
  beforeRest?(world: World): void;
  readonly neverSweep?: boolean;
}

/** One run: the product on its stage, and the model beside it. */
export class Run {
  readonly world: World;
  readonly model = new Model();
  readonly people: Person[] = [];
  readonly meetings = new Meetings();
  readonly scrolls = new Map<string, Scroll>();
  readonly pollers = new Map<string, Poller>();
  readonly sabotage: Sabotage | null;
  /** What happened, for whoever reads a failure. */
  readonly story: string[] = [];
  /** Refusals of requests to follow that may not have come yet: `requester target`. */
  readonly refusals = new Set<string>();
  /** The choices of the step that runs. */
  random: () => number = Math.random;
  private readonly salt: number;
  private readonly moving = new Set<string>();

  private constructor(world: World, salt: number, sabotage: Sabotage | null) {
    this.world = world;
    this.salt = salt;
    this.sabotage = sabotage;
  }

  static async begin(plan: Plan, sabotage: Sabotage | null): Promise<Run> {
    await emptyTables();
    const world = await newWorld({ isolates: 2 });
    world.isolates[1]?.skew(SKEW_SECONDS);
    sabotage?.begin?.(world);
    const run = new Run(world, plan.salt, sabotage);
    run.random = randomFrom(plan.salt);
    await Promise.all(Array.from({ length: USERS_AT_FIRST }, (_, index) => run.register(index)));
    await run.gatherCrowds();
    return run;
  }

  /** A run would be half over before the stars were stars, so it may begin with their crowds. */
  private async gatherCrowds(): Promise<void> {
    for (const star of this.people.slice(0, STARS)) {
      const others = this.people.filter((one) => one.id !== star.id);
      for (const one of others.slice(0, this.pick(CROWDS))) await follow(this, one, star);
    }
    await this.deliver();
    // Whoever has read home has a timeline from now on; others get theirs when they first read, by a rebuild.
    for (const one of this.people) if (this.upTo(3) > 0) await this.anywhere(one).home();
    if (this.upTo(1) === 0) return;
    // Whoever posts now is known to be pulled when the overlap is over.
    for (const star of this.people.slice(0, STARS)) await post(this, star);
    await this.deliver();
    passTime(PULL_OVERLAP_MS);
  }

  now(): number {
    return this.world.now();
  }

  tell(line: string): void {
    this.story.push(line);
  }

  /** The same run with choices of its own, for work that goes on beside other work. */
  beside(): Run {
    const beside = Object.create(this) as Run;
    beside.random = randomFrom(this.upTo(0x7fffffff));
    return beside;
  }

  choose(step: Step): void {
    this.random = randomFrom(step.seed);
    passTime(step.after);
  }

  /** A whole number in [0, most]. */
  upTo(most: number): number {
    return Math.floor(this.random() * (most + 1));
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[this.upTo(items.length - 1)];
  }

  isolate(): Isolate {
    return this.world.isolateFor(this.random);
  }

  /** The lower half of 0–99 are stars. */
  person(who: number): Person {
    const among = who < 50 ? Math.min(STARS, this.people.length) : this.people.length;
    const person = this.people[who % among];
    if (person === undefined) throw new Error("nobody has registered");
    return person;
  }

  /** The person of an id of the model's. */
  personOf(id: string): Person {
    const person = this.people.find((one) => one.id === id);
    if (person === undefined) throw new Error(`nobody is ${id}`);
    return person;
  }

  /** `person` at an isolate that chance picks. */
  anywhere(person: Person): Person {
    return person.at(this.isolate());
  }

  /** Short names for the story: u0, t12, l1. */
  nameOf(id: string): string {
    const user = this.people.findIndex((person) => person.id === id);
    if (user >= 0) return `u${user}`;
    const tweet = [...this.model.tweets.keys()].indexOf(id);
    if (tweet >= 0) return `t${tweet}`;
    const list = [...this.model.lists.keys()].indexOf(id);
    return list >= 0 ? `l${list}` : id;
  }

  names(ids: Iterable<string>): string {
    return [...ids].map((id) => this.nameOf(id)).join(" ");
  }

  async register(index = this.people.length): Promise<Person> {
    const username = `o${this.salt.toString(36)}_${index}`.padEnd(4, "_");
    const person = await this.world.register("", { username, isolate: this.isolate() });
    this.people[index] = person;
    this.model.register(person.id, username);
    return person;
  }

  /** Notes that a block, an answer to a request, or the end of one is on its way between two users. */
  stir(a: string, b: string): void {
    this.moving.add(pairOf(a, b));
  }

  /** True while that may be so. */
  readonly unsettled = (a: string, b: string): boolean => this.moving.has(pairOf(a, b));

  /** Delivers what waits, in any order and some of it twice; at most `batches` batches. */
  async deliver(batches?: number): Promise<void> {
    const limit = batches === undefined ? {} : { batches };
    const done = await this.world.drain({ random: this.random, repeat: 0.12, ...limit });
    this.meetings.count("messages delivered", done.delivered);
    this.meetings.count("delivered again", done.repeated);
    if (done.batches > 0)
      this.tell(`   ${done.delivered} delivered in ${done.batches} batches, ${done.repeated} to come again`);
    await this.noteDelivered();
  }

  async sweep(): Promise<void> {
    const before = this.world.queue.messages.length;
    await this.world.sweep(this.isolate());
    const swept = this.world.queue.messages.length - before;
    this.meetings.count("swept", swept);
    this.tell(`   ${swept} swept`);
  }

  loseMessages(): void {
    const lost = this.world.queue.loseAll();
    this.meetings.count("lost", lost);
    this.tell(`   ${lost} lost`);
  }

  /** Notes whose posts have had all their effects by now (of what takes longer, polling promises nothing), and what is settled. */
  private async noteDelivered(): Promise<void> {
    const since = this.now() - SETTLE_MS;
    const waiting = [...this.model.tweets.values()].filter(
      (tweet) => tweet.deliveredAt === null && tweet.postedAt >= since,
    );
    const moving = [...this.moving];
    if (waiting.length === 0 && moving.length === 0) return;
    const unfinished = await readOutboxes();
    const changes = unfinished.flatMap(betweenTwo);
    const onTheirWay = new Set(changes.map(([a, b]) => pairOf(a, b)));
    for (const pair of moving) if (!onTheirWay.has(pair)) this.moving.delete(pair);
    const posts = new Set(unfinished.flatMap(({ payload }) => idIn(payload["tweetId"])));
    for (const tweet of waiting) {
      if (posts.has(tweet.id)) continue;
      tweet.deliveredAt = this.now();
      const answered = tweet.replyTo === null ? null : this.model.tweet(tweet.replyTo).authorId;
      for (const [follower, followee] of changes) {
        if (followee === tweet.authorId || followee === answered) tweet.lateFollowers.add(follower);
      }
    }
  }
}

const pairOf = (a: string, b: string): string => [a, b].sort().join(" ");

/** Who follows whom, or no longer, by an unfinished event; of a block, both ways. */
function betweenTwo({ payload }: Unfinished): [string, string][] {
  const [follower, followee] = [idIn(payload["followerId"]), idIn(payload["followeeId"])];
  const [requester, user] = [idIn(payload["requesterId"]), idIn(payload["userId"])];
  const [blocker, blocked] = [idIn(payload["blockerId"]), idIn(payload["blockedId"])];
  const pairs = [
    [follower, followee],
    [requester, user],
    [blocker, blocked],
    [blocked, blocker],
  ] as const;
  return pairs.flatMap(([[a], [b]]): [string, string][] => (a === undefined || b === undefined ? [] : [[a, b]]));
}

const idIn = (value: unknown): string[] => (typeof value === "string" ? [plain(value)] : []);

/** As clients see an id: without leading zeros. */
export const plain = (id: string): string => String(BigInt(id));
