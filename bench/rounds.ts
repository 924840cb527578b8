/** Kinds of load in turn, again and again (ABAB…): a machine that is busy with other things slows all of them alike. */
import { cpuSecondsOf } from "./cpu.ts";
import type { LoadClient, Loaded } from "./load-client.ts";
import type { Report } from "./report.ts";
import { median, percentile, sum } from "./statistics.ts";

export interface Kind {
  readonly name: string;
  /** Name of prepared asks. */
  readonly asks: string;
  readonly origin: string;
  /** The server's process group. */
  readonly server: number;
  readonly holds?: string;
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
  readonly p99: number;
  /** The p50 of each round. */
  readonly p50s: readonly number[];
  readonly rates: readonly number[];
  readonly requests: number;
  readonly bytesPerAnswer: number;
  /** CPU microseconds a request, of the server and of the client; NaN where the system does not tell. */
  readonly serverCpuMicros: number;
  readonly clientCpuMicros: number;
}

/** Runs `kinds` in turn. One round more than asked goes first, uncounted: it warms. */
export async function runRounds(
  client: LoadClient,
  kinds: readonly Kind[],
  options: RoundsOptions,
): Promise<Measured[]> {
  const runs = kinds.map((): { loaded: Loaded; serverCpu: number }[] => []);
  for (let round = -1; round < options.rounds; round += 1) {
    for (const [index, kind] of kinds.entries()) {
      const before = cpuSecondsOf(kind.server);
      const { asks, origin, holds } = kind;
      const limits = { connections: options.connections, seconds: options.secondsEach };
      const loaded = await client.load({ origin, asks, ...limits, ...(holds === undefined ? {} : { holds }) });
      const after = cpuSecondsOf(kind.server);
      const serverCpu = before === null || after === null ? Number.NaN : after - before;
      if (round >= 0) runs[index]?.push({ loaded, serverCpu });
    }
  }
  return kinds.map((kind, index) => summarise(kind.name, runs[index] ?? []));
}

function summarise(name: string, runs: readonly { loaded: Loaded; serverCpu: number }[]): Measured {
  const rates = runs.map(({ loaded }) => loaded.requests / loaded.seconds);
  const latencies = runs.flatMap(({ loaded }) => loaded.latencies).sort((a, b) => a - b);
  const requests = sum(runs.map(({ loaded }) => loaded.requests));
  return {
    name,
    rate: median(rates),
    rateMin: Math.min(...rates),
    rateMax: Math.max(...rates),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    p50s: runs.map(({ loaded }) => percentile(loaded.latencies, 0.5)),
    rates,
    requests,
    bytesPerAnswer: sum(runs.map(({ loaded }) => loaded.bodyBytes)) / requests,
    serverCpuMicros: (sum(runs.map(({ serverCpu }) => serverCpu)) / requests) * 1e6,
    clientCpuMicros: (sum(runs.map(({ loaded }) => loaded.cpuSeconds)) / requests) * 1e6,
  };
}

/** The median over the rounds of how `a` stands to `b` in each: both met the same weather. */
export function ratioOf(a: readonly number[], b: readonly number[]): number {
  return median(a.map((value, round) => value / (b[round] ?? Number.NaN)));
}

export function printMeasured(report: Report, measured: readonly Measured[]): void {
  const head = ["", "req/s", "min", "max", "p50 ms", "p99 ms", "bytes", "server CPU µs", "client CPU µs"];
  const rows = measured.map((one) => [
    one.name,
    one.rate.toFixed(0),
    one.rateMin.toFixed(0),
    one.rateMax.toFixed(0),
    one.p50.toFixed(1),
    one.p99.toFixed(1),
    one.bytesPerAnswer.toFixed(0),
    one.serverCpuMicros.toFixed(0),
    one.clientCpuMicros.toFixed(0),
  ]);
  report.table(head, rows);
}
