/**
 * The load, in a process of its own so that what it costs is not counted for the server. It is told over IPC what to ask;
 * `LoadClient` is the handle of whoever started it.
 */
import { fork, type ChildProcess } from "node:child_process";
import { seededRandom } from "../scripts/lib.ts";
import { HttpConnection, messageOf, type Ask } from "./http-connection.ts";

export interface Load {
  readonly origin: string;
  /** Name of asks given before by `prepare`. */
  readonly asks: string;
  readonly connections: number;
  /** Ends after so many seconds; without, after every ask was sent once. */
  readonly seconds?: number;
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

type Order = { readonly id: number } & (
  | { readonly prepare: string; readonly asks: readonly Ask[] }
  | { readonly load: Load }
);
interface Report {
  readonly id: number;
  readonly value?: Loaded;
  readonly error?: string;
}

export class LoadClient {
  readonly #child: ChildProcess = fork(import.meta.filename, ["--client"], { serialization: "advanced" });
  readonly #waiting = new Map<number, { done: (value: Loaded | undefined) => void; failed: (error: Error) => void }>();
  #asked = 0;

  constructor() {
    this.#child.on("message", ({ id, value, error }: Report) => {
      const who = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) who?.done(value);
      else who?.failed(new Error(error));
    });
    this.#child.on("exit", () => {
      for (const who of this.#waiting.values()) who.failed(new Error("the load client ended"));
    });
  }

  async prepare(name: string, asks: readonly Ask[]): Promise<void> {
    await this.#order({ prepare: name, asks });
  }

  async load(load: Load): Promise<Loaded> {
    const loaded = await this.#order({ load });
    if (loaded === undefined) throw new Error("the load client said nothing");
    if (loaded.wrong > 0)
      throw new Error(`${loaded.wrong} wrong answers to ${load.asks}, the first: ${loaded.firstWrong}`);
    return loaded;
  }

  close(): void {
    this.#child.kill();
  }

  #order(order: object): Promise<Loaded | undefined> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#child.send({ ...order, id });
    });
  }
}

const prepared = new Map<string, readonly Ask[]>();
/** Where the walk through the asks of a name stands. */
const walked = new Map<string, number>();

async function run(load: Load): Promise<Loaded> {
  const asks = prepared.get(load.asks);
  if (asks === undefined || asks.length === 0) throw new Error(`nothing was prepared as ${load.asks}`);
  const host = new URL(load.origin).host;
  const messages = asks.map((ask) => messageOf(host, ask));
  const next = drawer(messages, load);
  const mark = load.holds === undefined ? null : Buffer.from(load.holds);
  const latencies: number[] = [];
  const tally = { wrong: 0, firstWrong: null as string | null, bodyBytes: 0 };
  const connections = await Promise.all(
    Array.from({ length: load.connections }, () => HttpConnection.open(load.origin)),
  );
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
      tally.firstWrong ??= `${message.toString("latin1").split("\r\n")[0]} -> ${status} ${body.toString().slice(0, 400)}`;
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
 * The next message to send. For a time, it goes on where the last load of the same asks ended, round and round: so every
 * object is met as often as any other, and none is idle for long enough to be evicted.
 */
function drawer(messages: readonly Buffer[], load: Load): () => Buffer | undefined {
  let at = 0;
  if (load.seconds === undefined) return () => messages[at++];
  at = walked.get(load.asks) ?? 0;
  return () => {
    at = (at + 1) % messages.length;
    walked.set(load.asks, at);
    return messages[at];
  };
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

async function obey(order: Order): Promise<void> {
  try {
    if ("prepare" in order) prepared.set(order.prepare, shuffled(order.asks, order.prepare.length));
    const value = "load" in order ? await run(order.load) : undefined;
    process.send?.({ id: order.id, value });
  } catch (error) {
    process.send?.({ id: order.id, error: String(error) } satisfies Report);
  }
}

if (process.argv.includes("--client")) process.on("message", (order: Order) => void obey(order));
