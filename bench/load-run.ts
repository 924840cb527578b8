/** What the load's process does: sends prepared requests, as fast as they are answered or at their appointed times. */
import { seededRandom, sleep } from "../scripts/lib.ts";
import { HttpConnection, messageOf, type Ask } from "./http-connection.ts";

export interface Load {
  readonly origin: string;
  /** Name of asks given before by `prepare`. */
  readonly asks: string;
  readonly connections: number;
  /** Ends after so many seconds, or so many requests; without either, after every ask was sent once. */
  readonly seconds?: number;
  readonly count?: number;
  /** Every answer must be a success and hold this text. */
  readonly holds?: string;
  /** The status that every answer must have, where it is no success. */
  readonly status?: number;
}

export interface Loaded {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds, ascending. */
  readonly latencies: number[];
  /** Answers that were not a success or did not hold what they must, with the first of them. */
  readonly wrong: number;
  readonly firstWrong: string | null;
  readonly bodyBytes: number;
  /** CPU seconds of this client. */
  readonly cpuSeconds: number;
}

/** Sends every ask once, at its time, whether those before are answered or not. */
export interface Replay {
  readonly origin: string;
  readonly asks: string;
  /** So many may wait for their answers at once; one that is due later waits for a connection, and that counts. */
  readonly connections: number;
  /** Milliseconds from the beginning, ascending: one an ask, in the order they were prepared in. */
  readonly dueMs: readonly number[];
}

export interface Replayed {
  /** Milliseconds from when each was due to its answer, in the order of asks. */
  readonly latencies: readonly number[];
  readonly wrong: readonly boolean[];
  readonly firstWrong: string | null;
  /** Unix milliseconds. */
  readonly beganAt: number;
  readonly cpuSeconds: number;
}

const prepared = new Map<string, readonly Ask[]>();
/** Where the walk through the asks of a name stands. */
const walked = new Map<string, number>();

/** `inOrder`: they are sent in their order; otherwise in one that is shuffled, the same for the same name's length. */
export function prepare(name: string, asks: readonly Ask[], inOrder: boolean): void {
  prepared.set(name, inOrder ? asks : shuffled(asks, name.length));
  walked.delete(name);
}

function messagesOf(name: string, origin: string): Buffer[] {
  const asks = prepared.get(name);
  if (asks === undefined || asks.length === 0) throw new Error(`nothing was prepared as ${name}`);
  const host = new URL(origin).host;
  return asks.map((ask) => messageOf(host, ask));
}

const openAll = (count: number, origin: string): Promise<HttpConnection[]> =>
  Promise.all(Array.from({ length: count }, () => HttpConnection.open(origin)));

const wordsOf = (message: Buffer, status: number, body: Buffer): string =>
  `${message.toString("latin1").split("\r\n")[0]} -> ${status} ${body.toString().slice(0, 400)}`;

export async function run(load: Load): Promise<Loaded> {
  const next = drawer(messagesOf(load.asks, load.origin), load);
  const mark = load.holds === undefined ? null : Buffer.from(load.holds);
  const latencies: number[] = [];
  const tally = { wrong: 0, firstWrong: null as string | null, bodyBytes: 0 };
  const connections = await openAll(load.connections, load.origin);
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const until = load.seconds === undefined ? Infinity : began + load.seconds * 1000;
  const lane = async (connection: HttpConnection) => {
    for (let message = next(); message !== undefined && performance.now() < until; message = next()) {
      const sentAt = performance.now();
      const { status, body } = await connection.send(message);
      latencies.push(performance.now() - sentAt);
      tally.bodyBytes += body.length;
      if ((load.status === undefined ? status < 300 : status === load.status) && (mark === null || body.includes(mark)))
        continue;
      tally.wrong += 1;
      tally.firstWrong ??= wordsOf(message, status, body);
    }
  };
  await Promise.all(connections.map(lane));
  const seconds = (performance.now() - began) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  for (const connection of connections) connection.close();
  latencies.sort((a, b) => a - b);
  return { requests: latencies.length, seconds, latencies, cpuSeconds: (cpu.user + cpu.system) / 1e6, ...tally };
}

/**
 * The next message to send. For a time or a count, it goes on where the last load of the same asks ended, round and round:
 * so every object is met as often as any other, and none is idle for long enough to be evicted.
 */
function drawer(messages: readonly Buffer[], load: Load): () => Buffer | undefined {
  let at = 0;
  if (load.seconds === undefined && load.count === undefined) return () => messages[at++];
  at = walked.get(load.asks) ?? 0;
  let left = load.count ?? Infinity;
  return () => {
    if (left === 0) return undefined;
    left -= 1;
    const message = messages[at];
    at = (at + 1) % messages.length;
    walked.set(load.asks, at);
    return message;
  };
}

export async function replay({ origin, asks, connections, dueMs }: Replay): Promise<Replayed> {
  const messages = messagesOf(asks, origin);
  const latencies = Array.from({ length: messages.length }, () => Number.NaN);
  const wrong = messages.map(() => false);
  let firstWrong: string | null = null;
  let next = 0;
  const cpuBefore = process.cpuUsage();
  const [began, beganAt] = [performance.now(), Date.now()];
  const lane = async () => {
    let connection = await HttpConnection.open(origin);
    for (let index = next++; index < messages.length; index = next++) {
      const [message, due] = [messages[index] ?? Buffer.alloc(0), began + (dueMs[index] ?? 0)];
      if (due > performance.now()) await sleep(due - performance.now());
      if (connection.isStale) {
        connection.close();
        connection = await HttpConnection.open(origin);
      }
      const { status, body } = await connection.send(message);
      latencies[index] = performance.now() - due;
      if (status < 300) continue;
      wrong[index] = true;
      firstWrong ??= wordsOf(message, status, body);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, lane));
  const cpu = process.cpuUsage(cpuBefore);
  return { latencies, wrong, firstWrong, beganAt, cpuSeconds: (cpu.user + cpu.system) / 1e6 };
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
