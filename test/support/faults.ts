/**
 * How a dependency misbehaves. `error`: refuses before doing anything. `hang`: never answers. `lost-answer`: does the
 * work, then the connection is lost, so that the caller cannot know.
 */
export type Fault = "error" | "hang" | "lost-answer";

export interface FaultOptions {
  /** Ends by itself after this many calls. */
  readonly times?: number;
  /** Only calls whose SQL text (D1), method (objects) or key (KV) matches. */
  readonly only?: RegExp;
}

interface Planned {
  readonly fault: Fault;
  readonly only: RegExp | undefined;
  left: number;
}

const CONNECTION_LOST = "Network connection lost.";

/** The faults a world injects. `null` heals; hung calls then fail. */
export class Faults {
  private readonly planned = new Map<string, Planned>();
  private readonly hung = new Map<string, (() => void)[]>();
  /** Seconds of world time that KV reads lag behind; 0 is up to date. */
  kvStaleSeconds = 0;
  queueFault: "error" | "drop" | null = null;

  /** The D1 database at `index`, for the Worker and for Durable Objects. */
  shard(index: number, fault: Fault | null, options: FaultOptions = {}): void {
    this.plan(`shard:${index}`, fault, options);
  }

  kv(fault: Fault | null, options: FaultOptions = {}): void {
    this.plan("kv", fault, options);
  }

  /** KV reads answer what was true `seconds` of world time ago. */
  kvStale(seconds: number): void {
    this.kvStaleSeconds = seconds;
  }

  timelineObject(fault: Fault | null, options: FaultOptions = {}): void {
    this.object("HomeTimeline", fault, options);
  }

  /** Every object of the class. */
  object(className: string, fault: Fault | null, options: FaultOptions = {}): void {
    this.plan(`object:${className}`, fault, options);
  }

  /** `error`: sends throw. `drop`: sends succeed and the message is lost. */
  queueSend(fault: "error" | "drop" | null): void {
    this.queueFault = fault;
  }

  /** Heals everything. */
  none(): void {
    for (const name of [...this.planned.keys(), ...this.hung.keys()]) this.plan(name, null, {});
    this.kvStaleSeconds = 0;
    this.queueFault = null;
  }

  get anyHang(): boolean {
    return this.hung.size > 0;
  }

  /** Runs `call` as the dependency `name` would today; `detail` is matched against `only`. */
  async through<T>(name: string, detail: string, call: () => Promise<T>): Promise<T> {
    const planned = this.planned.get(name);
    if (planned === undefined || planned.left === 0 || planned.only?.test(detail) === false) return await call();
    planned.left -= 1;
    if (planned.fault === "lost-answer") await call();
    if (planned.fault === "hang") {
      await new Promise<void>((release) => this.hung.set(name, [...(this.hung.get(name) ?? []), release]));
    }
    throw new Error(CONNECTION_LOST);
  }

  private plan(name: string, fault: Fault | null, options: FaultOptions): void {
    for (const release of this.hung.get(name) ?? []) release();
    this.hung.delete(name);
    if (fault === null) this.planned.delete(name);
    else this.planned.set(name, { fault, only: options.only, left: options.times ?? Number.POSITIVE_INFINITY });
  }
}
