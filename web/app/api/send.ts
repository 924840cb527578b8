import { online } from "../state/network.ts";

export interface Question {
  readonly method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** Idempotency-Key: the same key twice is one effect. */
  readonly key?: string;
  readonly signal?: AbortSignal | undefined;
  /** The refresh token travels as a cookie that no script can read. */
  readonly cookie?: boolean;
}

/** A refusal by the API, with its own words. */
export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, detail: string) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
  }
}

/** Nothing answered: no network, or no server behind it. */
export class OfflineError extends Error {
  constructor() {
    super("You seem to be offline. Try again when the connection is back.");
    this.name = "OfflineError";
  }
}

/** One request, sent once. Throws ApiError, OfflineError, or the abort of `signal`. */
export async function send<T>(path: string, question: Question, token: string | null): Promise<T> {
  const { method = "GET", body, key, signal, cookie = false } = question;
  const headers = new Headers({ accept: "application/json" });
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  if (key !== undefined) headers.set("idempotency-key", key);
  if (cookie) headers.set("x-session", "cookie");
  if (body !== undefined) headers.set("content-type", "application/json");
  const init: RequestInit = { method, headers, credentials: cookie ? "same-origin" : "omit" };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal !== undefined) init.signal = signal;
  const { answer, text } = await answered(addressOf(path, question.query), init).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    online.value = false;
    throw new OfflineError();
  });
  online.value = true;
  const json = parsed(text);
  if (!answer.ok) throw new ApiError(answer.status, detailOf(json, answer.status));
  return json as T;
}

/** The whole answer: one that breaks off in the midst is none. */
async function answered(
  address: string,
  init: RequestInit,
): Promise<{ readonly answer: Response; readonly text: string }> {
  const answer = await fetch(address, init);
  return { answer, text: await answer.text() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function addressOf(path: string, query: Question["query"] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const text = new URLSearchParams(given).toString();
  return `/2${path}${text === "" ? "" : `?${text}`}`;
}

function detailOf(json: unknown, status: number): string {
  const detail: unknown = Reflect.get(Object(json), "detail");
  return typeof detail === "string" ? detail : `The server answered ${status}. Try again.`;
}
