/**
 * The load, in a process of its own so that what it costs is not counted for the server. It is told over IPC what to ask;
 * `LoadClient` is the handle of whoever started it.
 */
import { fork, type ChildProcess } from "node:child_process";
import type { Ask } from "./http-connection.ts";
import { prepare, replay, run, type Load, type Loaded, type Replay, type Replayed } from "./load-run.ts";

export type { Load, Loaded, Replay, Replayed } from "./load-run.ts";

type Order = { readonly id: number } & (
  | { readonly prepare: string; readonly asks: readonly Ask[]; readonly inOrder: boolean }
  | { readonly load: Load }
  | { readonly replay: Replay }
);
interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

export class LoadClient {
  readonly #child: ChildProcess = fork(import.meta.filename, ["--client"], { serialization: "advanced" });
  readonly #waiting = new Map<number, { done: (value: unknown) => void; failed: (error: Error) => void }>();
  #asked = 0;

  constructor() {
    this.#child.on("message", ({ id, value, error }: Reply) => {
      const who = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) who?.done(value);
      else who?.failed(new Error(error));
    });
    this.#child.on("exit", () => {
      for (const who of this.#waiting.values()) who.failed(new Error("the load client ended"));
    });
  }

  async prepare(name: string, asks: readonly Ask[], { inOrder = false } = {}): Promise<void> {
    await this.#order({ prepare: name, asks, inOrder });
  }

  /** Throws where any answer is wrong. */
  async load(load: Load): Promise<Loaded> {
    const loaded = await this.loadWithErrors(load);
    if (loaded.wrong > 0)
      throw new Error(`${loaded.wrong} wrong answers to ${load.asks}, the first: ${loaded.firstWrong}`);
    return loaded;
  }

  /** Counts wrong answers. */
  async loadWithErrors(load: Load): Promise<Loaded> {
    return (await this.#order({ load })) as Loaded;
  }

  async replay(order: Replay): Promise<Replayed> {
    return (await this.#order({ replay: order })) as Replayed;
  }

  close(): void {
    this.#child.kill();
  }

  #order(order: object): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#child.send({ ...order, id });
    });
  }
}

async function obey(order: Order): Promise<void> {
  try {
    if ("prepare" in order) prepare(order.prepare, order.asks, order.inOrder);
    const value = "load" in order ? await run(order.load) : "replay" in order ? await replay(order.replay) : undefined;
    process.send?.({ id: order.id, value } satisfies Reply);
  } catch (error) {
    process.send?.({ id: order.id, error: String(error) } satisfies Reply);
  }
}

if (process.argv.includes("--client")) process.on("message", (order: Order) => void obey(order));
