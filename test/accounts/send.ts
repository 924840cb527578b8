import type { Isolate } from "../support/world.ts";
import type { NewSession } from "../../workers/accounts/session-answer.ts";

/** An error answer. */
export interface Problem {
  readonly title: string;
  readonly detail: string;
  readonly status: number;
  readonly errors?: readonly { readonly message: string; readonly parameters?: Readonly<Record<string, string[]>> }[];
}

export interface SessionAnswer {
  readonly data: NewSession;
}

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface Sent {
  readonly json?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request to `isolate`, whatever its answer; `T` is what the test expects of the body. */
export async function send<T = Problem>(isolate: Isolate, call: string, sent: Sent = {}): Promise<Answer<T>> {
  const [method = "GET", path = "/"] = call.split(" ");
  const headers = new Headers(sent.headers);
  if (sent.json !== undefined) headers.set("content-type", "application/json");
  if (sent.token !== undefined) headers.set("authorization", `Bearer ${sent.token}`);
  const body = sent.json === undefined ? {} : { body: JSON.stringify(sent.json) };
  const response = await isolate.fetch(path, { method, headers, ...body });
  return { status: response.status, headers: response.headers, body: (await response.json()) as T };
}

/** `POST /2/auth/refresh`. */
export function refresh(isolate: Isolate, refreshToken: string): Promise<Answer<SessionAnswer>> {
  return send<SessionAnswer>(isolate, "POST /2/auth/refresh", { json: { refresh_token: refreshToken } });
}

/** The rows of a table that belong to a user, whichever column says so. */
export async function rowsOf(
  isolate: Isolate,
  table: "credentials" | "refresh_tokens" | "users" | "visibility_log",
  userId: string,
): Promise<Record<string, unknown>[]> {
  const column = { users: "id", visibility_log: "subject_id" }[table as string] ?? "user_id";
  const padded = userId.padStart(19, "0");
  const database = isolate.runtime.shards.indexOf(padded) === 0 ? isolate.env.SHARD_0 : isolate.env.SHARD_1;
  const { results } = await database.prepare(`SELECT * FROM ${table} WHERE ${column} = ?`).bind(padded).all();
  return results;
}

/** Ends the account in the store, as deleting it will. */
export async function deactivate(isolate: Isolate, userId: string): Promise<void> {
  for (const database of [isolate.env.SHARD_0, isolate.env.SHARD_1]) {
    await database.prepare("UPDATE users SET state = 'deactivated' WHERE id = ?").bind(userId.padStart(19, "0")).run();
  }
}
