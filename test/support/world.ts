import { runScheduled } from "../../workers/cron.ts";
import { createShardMap, logicalShardOfUsername } from "../../workers/lib/shards.ts";
import { CapturedQueues } from "./captured-queues.ts";
import { drain, type Drained, type DrainOptions } from "./drain.ts";
import { Faults } from "./faults.ts";
import { Isolate, troubleIn, type LogLine } from "./isolate.ts";
import { Meter } from "./meter.ts";
import { Person, type Session, type SessionJson } from "./person.ts";
import type { Stage } from "./staged-bindings.ts";

export { Person } from "./person.ts";
export type { Page, PageMeta, PageQuery, PersonInit, TweetJson } from "./person.ts";
export type { Isolate } from "./isolate.ts";

export interface WorldOptions {
  /** Vars over those of the project. Durable Objects do not see them: see `oracle`. */
  readonly vars?: Readonly<Record<string, string>>;
  readonly isolates?: number;
}

export interface RegisterOptions {
  /** Taken as it is; otherwise a unique one is made from the label. */
  readonly username?: string;
  /** Chooses a username that this database (0-based) holds. */
  readonly shard?: number;
  readonly password?: string;
  /** More fields of the body. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly isolate?: Isolate;
}

// Shared by all worlds of a test file, which share storage: names never clash, and a run can be repeated exactly.
let registered = 0;

/** The stage of a user story: real code and real bindings, a clock and queues in the test's hand. */
export class World implements Stage {
  readonly meter = new Meter();
  readonly faults = new Faults();
  readonly queues = new CapturedQueues();
  readonly logs: LogLine[] = [];
  readonly isolates: readonly Isolate[];
  private offsetSeconds = 0;

  constructor(options: WorldOptions) {
    const vars = options.vars ?? {};
    const count = options.isolates ?? 1;
    this.isolates = Array.from({ length: count }, () => new Isolate(this, vars, this.logs));
  }

  /** Messages sent and not yet delivered. */
  get queue(): CapturedQueues {
    return this.queues;
  }

  get isolate(): Isolate {
    const [first] = this.isolates;
    if (first === undefined) throw new Error("a world needs an isolate");
    return first;
  }

  /** World time, Unix milliseconds. */
  now(): number {
    return Date.now() + this.offsetSeconds * 1000;
  }

  /** Moves the clock of every isolate. */
  advance(seconds: number): void {
    this.offsetSeconds += seconds;
    for (const isolate of this.isolates) isolate.setOffset(this.offsetSeconds);
  }

  /** The first isolate, or any where chance is given. */
  isolateFor(random?: () => number): Isolate {
    if (random === undefined) return this.isolate;
    return this.isolates[Math.floor(random() * this.isolates.length)] ?? this.isolate;
  }

  async drain(options?: DrainOptions): Promise<Drained> {
    return await drain(this, options);
  }

  /** One run of the cron at world time. What it sends waits in `queue`. */
  async sweep(isolate: Isolate = this.isolate): Promise<void> {
    const controller = {
      scheduledTime: this.now(),
      cron: "* * * * *",
      noRetry: () => undefined,
    } as ScheduledController;
    await isolate.run((execution) => Promise.resolve(runScheduled(isolate.runtime, controller, execution)));
  }

  /** Sweeps and drains until the outboxes have nothing due, moving the clock on. */
  async settle(options: DrainOptions & { readonly rounds?: number; readonly seconds?: number } = {}): Promise<void> {
    await this.drain(options);
    for (let round = 0; round < (options.rounds ?? 3); round += 1) {
      this.advance(options.seconds ?? 3_700);
      await this.sweep();
      await this.drain(options);
    }
  }

  /** A new account, signed in. `label` begins the username. */
  async register(label = "user", options: RegisterOptions = {}): Promise<Person> {
    const isolate = options.isolate ?? this.isolate;
    const username = options.username ?? this.freeUsername(label, options.shard);
    const password = options.password ?? "correct horse";
    const response = await isolate.fetch("/2/auth/register", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username, password, ...options.fields }),
    });
    const text = await response.text();
    if (response.status !== 201) {
      throw new Error(`register ${username} answered ${response.status}: ${text}\n${troubleIn(this.logs)}`);
    }
    const { data } = JSON.parse(text) as SessionJson;
    const session: Session = {
      id: data.user.id,
      username,
      password,
      token: data.access_token,
      refreshToken: data.refresh_token,
      tokenExpiresAt: this.now() + data.expires_in * 1000,
    };
    return new Person(this, isolate, session);
  }

  /** Several new accounts. */
  async registerAll<const L extends readonly string[]>(...labels: L): Promise<{ [K in keyof L]: Person }> {
    const people: Person[] = [];
    for (const label of labels) people.push(await this.register(label));
    return people as { [K in keyof L]: Person };
  }

  private freeUsername(label: string, shard: number | undefined): string {
    const map = createShardMap(this.isolate.runtime.shards.count);
    for (;;) {
      registered += 1;
      const suffix = registered.toString(36);
      const username = `${label.slice(0, 14 - suffix.length)}_${suffix}`.padStart(4, "u");
      if (shard === undefined || map.indexOfLogical(logicalShardOfUsername(username)) === shard) return username;
    }
  }
}

/** A world with one isolate, unless more are asked for. */
export async function newWorld(options: WorldOptions = {}): Promise<World> {
  return new World(options);
}
