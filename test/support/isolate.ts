import { env } from "cloudflare:workers";
import { newApp } from "../../workers/api.ts";
import { createRuntime, type Runtime } from "../../workers/lib/context.ts";
import type { LogFields, LogLevel } from "../../workers/lib/log.ts";
import { stageEnv, type Stage } from "./staged-bindings.ts";

export interface LogLine {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: LogFields;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** How long a hung `waitUntil` may hold a helper up, while a fault hangs calls. */
const HUNG_WORK_MS = 2_000;

/** A Worker isolate on the stage: the real app and consumers over bindings that are real but watched. */
export class Isolate {
  readonly env: Env;
  readonly runtime: Runtime;
  private readonly app: ReturnType<typeof newApp>;
  private readonly stage: Stage;
  private worldOffsetSeconds = 0;
  private skewSeconds = 0;

  constructor(stage: Stage, vars: Readonly<Record<string, string>>, logs: LogLine[]) {
    this.stage = stage;
    this.env = { ...stageEnv(env, stage), ...vars };
    const runtime: Mutable<Runtime> = createRuntime(this.env);
    runtime.log = keepingLog(logs);
    this.runtime = runtime;
    this.app = newApp(this.runtime);
  }

  /** This isolate's clock against the world's: a positive number is ahead. */
  skew(seconds: number): void {
    this.skewSeconds = seconds;
    this.setClock();
  }

  /** The world's offset from real time. Worlds call this; tests call `world.advance`. */
  setOffset(seconds: number): void {
    this.worldOffsetSeconds = seconds;
    this.setClock();
  }

  /** Answers a request for `path` (`/2/...`); deferred work is done before it returns. */
  async fetch(path: string, init?: RequestInit): Promise<Response> {
    const request = new Request(new URL(path, "https://dunlin.test"), init);
    return await this.run(async (execution) => await this.app.fetch(request, this.env, execution));
  }

  /** Runs `work` with an execution context and waits for what it deferred. */
  async run<T>(work: (execution: ExecutionContext) => Promise<T>): Promise<T> {
    const deferred: Promise<unknown>[] = [];
    const execution = {
      waitUntil: (promise: Promise<unknown>) => void deferred.push(promise),
      passThroughOnException: () => undefined,
      props: {},
    } as unknown as ExecutionContext;
    const result = await work(execution);
    for (let done = 0; done < deferred.length;) {
      const waiting = deferred.slice(done);
      done = deferred.length;
      const settled = Promise.allSettled(waiting);
      await (this.stage.faults.anyHang ? Promise.race([settled, sleep(HUNG_WORK_MS)]) : settled);
    }
    return result;
  }

  private setClock(): void {
    const vars: { CLOCK_OFFSET_SECONDS: string } = this.env;
    vars.CLOCK_OFFSET_SECONDS = String(this.worldOffsetSeconds + this.skewSeconds);
  }
}

function keepingLog(lines: LogLine[], base: LogFields = {}): Runtime["log"] {
  const at =
    (level: LogLevel) =>
    (event: string, fields: LogFields = {}) => {
      lines.push({ level, event, fields: { ...base, ...fields } });
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    with: (fields) => keepingLog(lines, { ...base, ...fields }),
  };
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Warnings and errors among `lines`, the newest last, for the message of a failed test. */
export function troubleIn(lines: readonly LogLine[], most = 8): string {
  const bad = lines.filter((line) => line.level === "error" || line.level === "warn").slice(-most);
  return bad.map((line) => `${line.level} ${line.event} ${JSON.stringify(line.fields, errorsAsText)}`).join("\n");
}

function errorsAsText(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return value.cause === undefined ? value.stack : `${value.stack}\ncaused by ${causeOf(value.cause)}`;
}

function causeOf(cause: unknown): string {
  return cause instanceof Error
    ? `${cause.stack}${cause.cause === undefined ? "" : `\ncaused by ${causeOf(cause.cause)}`}`
    : String(cause);
}
