import { newWorld, type Person, type Isolate, type World } from "../support/world.ts";
import { Meetings } from "./coverage.ts";
import { Model, SETTLE_MS } from "./model.ts";
import { randomFrom, type Plan, type Step } from "./plan.ts";
import { emptyTables, readOutboxes } from "./tables.ts";
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

/** Somebody on the way down their home. */
export interface Scroll {
  readonly shown: Set<string>;
  token: string;
  last: string;
}
/** A client that polls: since when, what it was shown, and the `newest_id` it was given last. */
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
  /** The choices of the step that runs. */
  random: () => number = Math.random;
  private readonly salt: number;

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
      for (const one of others.slice(0, this.pick(CROWDS))) await this.follow(one, star);
    }
    await this.deliver();
    // Whoever has read home has a timeline from now on; others get theirs when they first read, by a rebuild.
    for (const one of this.people) if (this.upTo(3) > 0) await this.anywhere(one).home();
    if (this.upTo(1) === 0) return;
    // Whoever posts now is known to be pulled when the overlap is over.
    for (const star of this.people.slice(0, STARS)) await this.post(star);
    await this.deliver();
    passTime(PULL_OVERLAP_MS);
  }

  async follow(follower: Person, followee: Person): Promise<void> {
    await this.anywhere(follower).follows(followee);
    this.model.follow(follower.id, followee.id, this.now());
    this.tell(`   ${this.nameOf(follower.id)} follows ${this.nameOf(followee.id)}`);
  }

  async unfollow(follower: Person, followee: Person): Promise<void> {
    await this.anywhere(follower).unfollows(followee);
    this.model.unfollow(follower.id, followee.id);
    this.tell(`   ${this.nameOf(follower.id)} unfollows ${this.nameOf(followee.id)}`);
  }

  async post(author: Person): Promise<void> {
    const text = `${this.nameOf(author.id)} says ${this.model.tweets.size}`;
    const tweet = await this.anywhere(author).posts(text);
    this.model.post({ id: tweet.id, authorId: author.id, text }, this.now());
    this.tell(`   ${this.nameOf(author.id)} posts ${this.nameOf(tweet.id)} ${tweet.id}`);
  }

  async delete(author: Person, id: string): Promise<void> {
    await this.anywhere(author).deletes({ id });
    this.model.delete(id, this.now());
    this.tell(`   ${this.nameOf(author.id)} deletes ${this.nameOf(id)}`);
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

  /** `person` at an isolate that chance picks. */
  anywhere(person: Person): Person {
    return person.at(this.isolate());
  }

  /** Short names for the story: u0, t12. */
  nameOf(id: string): string {
    const user = this.people.findIndex((person) => person.id === id);
    if (user >= 0) return `u${user}`;
    const tweet = [...this.model.tweets.keys()].indexOf(id);
    return tweet >= 0 ? `t${tweet}` : id;
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

  /** Marks the tweets whose post has had all its effects by now; of what takes longer, polling promises nothing. */
  private async noteDelivered(): Promise<void> {
    const since = this.now() - SETTLE_MS;
    const waiting = [...this.model.tweets.values()].filter(
      (tweet) => tweet.deliveredAt === null && tweet.postedAt >= since,
    );
    if (waiting.length === 0) return;
    const unfinished = await readOutboxes();
    const posts = new Set(
      unfinished
        .map((event) => event.payload.tweetId)
        .filter((id) => id !== undefined)
        .map(plain),
    );
    for (const tweet of waiting) {
      if (posts.has(tweet.id)) continue;
      tweet.deliveredAt = this.now();
      for (const { payload } of unfinished) {
        if (payload.followerId !== undefined && plain(payload.followeeId ?? "0") === tweet.authorId) {
          tweet.lateFollowers.add(plain(payload.followerId));
        }
      }
    }
  }
}

/** As clients see an id: without leading zeros. */
export const plain = (id: string): string => String(BigInt(id));
