export type LogLevel = "debug" | "info" | "warn" | "error";
const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

export type LogFields = Readonly<Record<string, unknown>>;

/** Structured logs: one JSON object a line, `event` first. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** The same log with `fields` on every line. */
  with(fields: LogFields): Log;
}

/** A log that drops lines below `level`. Errors among the fields become `{name, message, stack}`. */
export function createLog(level: LogLevel, base: LogFields = {}): Log {
  const write = (at: LogLevel, event: string, fields: LogFields = {}) => {
    if (RANK[at] < RANK[level]) return;
    const line = JSON.stringify({ event, level: at, ...base, ...fields }, plainErrors);
    if (at === "error") console.error(line);
    else if (at === "warn") console.warn(line);
    else console.log(line);
  };
  return {
    debug: (event, fields) => write("debug", event, fields),
    info: (event, fields) => write("info", event, fields),
    warn: (event, fields) => write("warn", event, fields),
    error: (event, fields) => write("error", event, fields),
    with: (fields) => createLog(level, { ...base, ...fields }),
  };
}

function plainErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value;
}
