/** Eight people, the rounds they go through, and what must hold after each. */
import { ApiClient } from "../../scripts/api-client.ts";
import { sleep } from "../../scripts/lib.ts";
import { Client, type Counts } from "./client.ts";
import { modelOf, readFacts, wrongFacts } from "./facts.ts";
import { Ledger } from "./ledger.ts";
import { PEOPLE, type PlannedAct, type PlannedFault, type PlannedRound } from "./plan.ts";
import type { Stage } from "./stage.ts";
import { Looking } from "./views.ts";

/** Within so long everything must be as the oracle says. */
const RECOVERED_MS = 20_000;
/** With no event left, what isolates remember is this old at most. */
const CACHES_MS = 4_000;
const SWEEP_EVERY_MS = 250;
const LOOK_EVERY_MS = 20;
/** What is true at the start was true long ago: longer than KV may be stale and than pull authors are pushed as well. */
const LONG_AGO_MS = 3_600_000;

export interface StruckFault {
  readonly fault: PlannedFault;
  readonly strikes: number;
  /** From its end, or from the last answer where that came later, until everything held; null where it never did. */
  readonly recoveryMs: number | null;
}

export interface Played {
  readonly faults: readonly StruckFault[];
  readonly wrong: readonly string[];
  readonly checked: number;
  readonly deliveries: number;
  readonly sweeps: number;
}

export class CohortRun {
  readonly #stage: Stage;
  readonly #counts: Counts;
  readonly ledger = new Ledger();

  private constructor(stage: Stage, counts: Counts) {
    this.#stage = stage;
    this.#counts = counts;
  }

  /** Registers people who all follow the first, a pull author from then on, and the next two each other. */
  static async begin(stage: Stage, tag: string, counts: Counts, away: boolean): Promise<CohortRun> {
    if (stage.away !== away) {
      await stage.kill();
      await stage.start(away);
    }
    const run = new CohortRun(stage, counts);
    const api = new ApiClient(stage.url);
    for (let index = 0; index < PEOPLE; index += 1) {
      const username = `c${tag}_${index}`;
      const account = await api.registerOrLogIn(username, "a long password", username);
      await api.home(account, {});
      run.ledger.people.push({ index, ...account });
    }
    await run.#firstActs();
    return run;
  }

  async #firstActs(): Promise<void> {
    const client = new Client(this.#stage.url, this.ledger, this.#counts);
    const act = { at: 0, which: 0, isolate: 0, keyed: true };
    let number = -1;
    const next = (verb: PlannedAct["verb"], who: number, whom: number) =>
      client.act({ ...act, number: (number -= 1), verb, who, whom });
    for (let who = 1; who < PEOPLE; who += 1) {
      await next("follow", who, 0);
      await next("follow", who, 1 + (who % (PEOPLE - 1)));
    }
    await next("post", 0, 0);
    await next("post", 1, 0);
    const { wrong } = await this.#untilWhole(performance.now());
    if (wrong.length > 0) throw new Error(`the stage is not whole: ${wrong.join("; ")}`);
    await this.#stage.ageKv(LONG_AGO_MS);
    for (let shard = 0; shard < this.#stage.runtime.shardCount; shard += 1) {
      await this.#stage.runtime.sql(shard, "UPDATE authors SET pull_known_at = pull_known_at - ?", [LONG_AGO_MS]);
    }
  }

  /** Plays a round, heals everything and waits until all invariants hold. */
  async play(round: PlannedRound): Promise<Played> {
    const stage = this.#stage;
    const began = performance.now();
    const client = new Client(stage.url, this.ledger, this.#counts);
    const faults = new Faults(stage, client, began);
    const full = stage.writesWithoutRoom;
    const sweeps = round.sweeps.map(async (at) => {
      await sleep(at);
      if (!client.serverGone) await stage.runtime.cron().catch(() => undefined);
    });
    const acting = this.#act(client, round.acts, began).then(() => faults.actsEnd());
    await Promise.all([faults.run(round.faults), acting]);
    const actsEnded = performance.now();
    await Promise.all(sweeps);
    await faults.end();
    await this.#sendAgain();
    const whole = await this.#untilWhole(performance.now());
    const struck = round.faults.map((fault): StruckFault => {
      const strikes = fault.kind === "disk-full" ? stage.writesWithoutRoom - full : faults.strikesOf(fault);
      const from = Math.max(faults.endOf(fault), actsEnded);
      return { fault, strikes, recoveryMs: whole.wrong.length > 0 ? null : whole.at - from };
    });
    return { faults: struck, ...whole };
  }

  /** What one person does to one kind of thing comes in order, and what two people do to one another. */
  async #act(client: Client, acts: readonly PlannedAct[], began: number): Promise<void> {
    const lanes = Map.groupBy(acts, laneOf);
    await Promise.all(
      [...lanes.values()].map(async (lane) => {
        for (const act of lane) {
          await sleep(Math.max(0, act.at - (performance.now() - began)));
          if (client.serverGone) return;
          await client.act(act);
        }
      }),
    );
  }

  /** Every keyed request that failed is sent again: what was done gives its first answer. */
  async #sendAgain(): Promise<void> {
    const { open } = this.ledger;
    if (open.size === 0) return;
    const { keys } = await readFacts(this.#stage, this.ledger.people);
    const client = new Client(this.#stage.url, this.ledger, this.#counts);
    for (const [name, request] of open) await client.sendAgain(request, keys.get(name));
    open.clear();
  }

  async #untilWhole(
    healed: number,
  ): Promise<{ wrong: readonly string[]; at: number; checked: number; deliveries: number; sweeps: number }> {
    let [sweeps, nextSweep, quietSince] = [0, healed, Infinity];
    for (;;) {
      const facts = await readFacts(this.#stage, this.ledger.people);
      const now = performance.now();
      const rest = { at: now, checked: 0, deliveries: 0, sweeps };
      if (this.ledger.unexpected.length > 0) return { ...rest, wrong: this.ledger.unexpected };
      if (facts.unfinished === 0) {
        quietSince = Math.min(quietSince, now);
        const wrong = wrongFacts(this.ledger, facts);
        if (wrong.length > 0) return { ...rest, wrong };
        const seen = await new Looking(this.#stage.url, modelOf(this.ledger.people, facts), this.ledger).all();
        const at = performance.now();
        if (seen.wrong.length === 0) {
          this.ledger.calm();
          return { ...seen, at, sweeps };
        }
        if (at - quietSince > CACHES_MS) return { ...seen, at, sweeps };
      } else if (now - healed > RECOVERED_MS) {
        return { ...rest, wrong: [`${facts.unfinished} events are not done after ${RECOVERED_MS / 1000} s`] };
      } else if (now >= nextSweep) {
        await this.#stage.runtime.cron();
        sweeps += 1;
        nextSweep = now + SWEEP_EVERY_MS;
      }
      await sleep(LOOK_EVERY_MS);
    }
  }
}

function laneOf({ verb, who, whom }: PlannedAct): string {
  if (verb === "read") return `read ${who}`;
  if (verb.endsWith("follow") || verb.endsWith("block")) return `pair ${Math.min(who, whom)} ${Math.max(who, whom)}`;
  return ["post", "reply", "quote", "delete"].includes(verb) ? `writes ${who}` : `marks ${who}`;
}

/** The faults of one round: those the Worker is ordered to have, and those that come from outside. */
class Faults {
  readonly #stage: Stage;
  readonly #client: Client;
  readonly #began: number;
  readonly #strikes = new Map<number, number>();
  readonly #ends = new Map<number, number>();

  constructor(stage: Stage, client: Client, began: number) {
    this.#stage = stage;
    this.#client = client;
    this.#began = began;
  }

  async run(faults: readonly PlannedFault[]): Promise<void> {
    await Promise.all(
      faults.map(async (fault) => {
        await sleep(Math.max(0, fault.at - (performance.now() - this.#began)));
        if (fault.kind === "kill") await this.#kill(fault);
        else if (fault.kind === "disk-full") await this.#fillDisk(fault);
        else if (!this.#client.serverGone) await this.#stage.order([fault]).catch(() => undefined);
      }),
    );
  }

  async #kill(fault: PlannedFault): Promise<void> {
    this.#add(await this.#stage.strikes());
    const { inFlight } = this.#client;
    this.#client.serverGone = true;
    await this.#stage.kill();
    this.#stage.disk.free();
    this.#ends.set(fault.id, performance.now());
    await this.#stage.start(!this.#stage.away);
    // What the dead server left undone: only the outbox knows of it.
    const { unfinished } = await readFacts(this.#stage, []);
    this.#strikes.set(fault.id, inFlight + unfinished);
  }

  /** Longer than planned where nothing has wanted room yet: a log that is long enough is written over without any. */
  async #fillDisk(fault: PlannedFault): Promise<void> {
    const before = this.#stage.writesWithoutRoom;
    this.#stage.disk.fill();
    await sleep(fault.forMs);
    while (this.#stage.writesWithoutRoom === before && !this.#actsEnded) await sleep(LOOK_EVERY_MS);
    this.#stage.disk.free();
    this.#ends.set(fault.id, performance.now());
  }

  actsEnd(): void {
    this.#actsEnded = true;
  }
  #actsEnded = false;

  /** Heals everything. */
  async end(): Promise<void> {
    this.#add(await this.#stage.heal());
    this.#healed = performance.now();
  }
  #healed = 0;

  #add(strikes: Readonly<Record<string, number>>): void {
    for (const [id, count] of Object.entries(strikes)) {
      this.#strikes.set(Number(id), (this.#strikes.get(Number(id)) ?? 0) + count);
    }
  }

  strikesOf = ({ id }: PlannedFault): number => this.#strikes.get(id) ?? 0;

  endOf({ id, at, forMs }: PlannedFault): number {
    return this.#ends.get(id) ?? Math.min(this.#began + at + forMs, this.#healed);
  }
}
