/** Kinds of load in turn, again and again (ABAB…): a machine that is busy with other things slows all of them alike. */
import { addUses, watchCpu, type CpuUse } from "./cpu.ts";
import type { LoadClient, Loaded } from "./load-client.ts";
import type { Report } from "./report.ts";
import { quantilesOf } from "./scenario.ts";
import { median, percentile, sum } from "./statistics.ts";

export interface Kind {
  readonly name: string;
  /** Name of prepared asks. */
  readonly asks: string;
  readonly origin: string;
  /** The server's process group. */
  readonly server: number;
  readonly holds?: string;
  /** So many requests a round, the next of those prepared; without, as many as the time allows. */
  readonly count?: number;
  /** Before and after each round, untimed. */
  before?(round: number): Promise<void>;
  after?(round: number): Promise<void>;
}

export interface RoundsOptions {
  readonly rounds: number;
  readonly secondsEach: number;
  readonly connections: number;
}

export interface Measured {
  readonly name: string;
  /** Requests a second: the median of the rounds, the least and the most. */
  readonly rate: number;
  readonly rateMin: number;
  readonly rateMax: number;
  /** Milliseconds, over all rounds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Milliseconds at the percentiles of QUANTILES. */
  readonly quantiles: readonly number[];
  /** Of each round. */
  readonly p50s: readonly number[];
  readonly p99s: readonly number[];
  readonly rates: readonly number[];
  readonly requests: number;
  /** Answers that were not what they must be, with the first of them. */
  readonly errors: number;
  readonly firstError: string | null;
  readonly bytesPerAnswer: number;
  /** CPU microseconds a request, of the server and of the client; NaN where the system does not tell. */
  readonly serverCpuMicros: number;
  readonly clientCpuMicros: number;
  readonly cpu: CpuUse;
}

interface Run {
  readonly loaded: Loaded;
  readonly cpu: CpuUse;
}

/** Runs `kinds` in turn. One round more than asked goes first, uncounted: it warms. */
export async function runRounds(
  client: LoadClient,
  kinds: readonly Kind[],
  options: RoundsOptions,
): Promise<Measured[]> {
  const runs = kinds.map((): Run[] => []);
  for (let round = -1; round < options.rounds; round += 1) {
    for (const [index, kind] of kinds.entries()) {
      await kind.before?.(round);
      const run = await runOnce(client, kind, options);
      await kind.after?.(round);
      if (round >= 0) runs[index]?.push(run);
    }
  }
  return kinds.map((kind, index) => summarise(kind.name, runs[index] ?? []));
}

async function runOnce(client: LoadClient, kind: Kind, { connections, secondsEach }: RoundsOptions): Promise<Run> {
  const { asks, origin, holds, count } = kind;
  const until = count === undefined ? { seconds: secondsEach } : { count };
  const end = watchCpu(kind.server);
  const loaded = await client.loadWithErrors({
    origin,
    asks,
    connections,
    ...until,
    ...(holds === undefined ? {} : { holds }),
  });
  return { loaded, cpu: end(loaded.cpuSeconds) };
}

function summarise(name: string, runs: readonly Run[]): Measured {
  const rates = runs.map(({ loaded }) => loaded.requests / loaded.seconds);
  const latencies = runs.flatMap(({ loaded }) => loaded.latencies).sort((a, b) => a - b);
  const requests = sum(runs.map(({ loaded }) => loaded.requests));
  const cpu = addUses(runs.map((run) => run.cpu));
  return {
    name,
    rate: median(rates),
    rateMin: Math.min(...rates),
    rateMax: Math.max(...rates),
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    quantiles: quantilesOf(latencies),
    p50s: runs.map(({ loaded }) => percentile(loaded.latencies, 0.5)),
    p99s: runs.map(({ loaded }) => percentile(loaded.latencies, 0.99)),
    rates,
    requests,
    errors: sum(runs.map(({ loaded }) => loaded.wrong)),
    firstError: runs.find(({ loaded }) => loaded.firstWrong !== null)?.loaded.firstWrong ?? null,
    bytesPerAnswer: sum(runs.map(({ loaded }) => loaded.bodyBytes)) / requests,
    serverCpuMicros: (cpu.server / requests) * 1e6,
    clientCpuMicros: (cpu.client / requests) * 1e6,
    cpu,
  };
}

/** The median over the rounds of how `a` stands to `b` in each: both met the same weather. */
export function ratioOf(a: readonly number[], b: readonly number[]): number {
  return median(a.map((value, round) => value / (b[round] ?? Number.NaN)));
}

export function printMeasured(report: Report, measured: readonly Measured[]): void {
  const head = ["", "req/s", "min", "max", "p50 ms", "p95 ms", "p99 ms", "bytes", "server CPU µs", "client CPU µs"];
  const rows = measured.map((one) => [
    one.name,
    one.rate.toFixed(0),
    one.rateMin.toFixed(0),
    one.rateMax.toFixed(0),
    one.p50.toFixed(1),
    one.p95.toFixed(1),
    one.p99.toFixed(1),
    one.bytesPerAnswer.toFixed(0),
    one.serverCpuMicros.toFixed(0),
    one.clientCpuMicros.toFixed(0),
  ]);
  report.table(head, rows);
}
