import { zValidator } from "@hono/zod-validator";
import type { Context, Hono, MiddlewareHandler } from "hono";
import * as z from "zod";
import type { Ctx } from "./context.ts";
import { DomainError, type ErrorItem } from "./errors.ts";

/** Who is asking: the user of a verified access token. */
export interface Viewer {
  readonly userId: string;
  /** Unix milliseconds: the end of that token. */
  readonly tokenExpiresAt?: number;
}

export interface AppEnv {
  Bindings: Env;
  Variables: {
    ctx: Ctx;
    viewer: Viewer | null;
    /** Why the request's token was not taken; `viewer` is null then. */
    refusedToken: DomainError | null;
  };
}

type Fields = z.ZodType;

/** One operation of the API, described once: routes validate with it and OpenAPI is made from it. */
export interface Operation<P extends Fields = Fields, Q extends Fields = Fields, B extends Fields = Fields> {
  readonly method: "get" | "post" | "patch" | "put" | "delete";
  /** Hono's spelling, below the prefix: `/users/:id/following`. */
  readonly path: string;
  /** OpenAPI's operationId, unique: `createTweet`. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** `required`: 401 without a good token. `optional`: a bad token is still 401. */
  readonly auth: "none" | "optional" | "required";
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** 101: a WebSocket is opened, and `schema` is that of each message on it. */
  readonly success: {
    readonly status: 101 | 200 | 201 | 202;
    readonly description: string;
    readonly schema: z.ZodType;
  };
  /** Statuses beside the ones every route can give (400, 401 where signed in, 500, 503). */
  readonly errors?: readonly number[];
}

export interface Input<P extends Fields, Q extends Fields, B extends Fields> {
  readonly params: z.infer<P>;
  readonly query: z.infer<Q>;
  readonly body: z.infer<B>;
  readonly ctx: Ctx;
  readonly viewer: Viewer | null;
  /** The acting user. Throws `invalid_token` where nobody is signed in; on a `required` operation it never does. */
  readonly actor: Viewer;
}

/** Declares an operation; the types of its parts flow into the handler. */
export function operation<P extends Fields, Q extends Fields, B extends Fields>(
  described: Operation<P, Q, B>,
): Operation<P, Q, B> {
  return described;
}

type Handler<P extends Fields, Q extends Fields, B extends Fields> = (
  input: Input<P, Q, B>,
  c: Context<AppEnv>,
) => Promise<Response>;

/**
 * Mounts `described` on `app`: signed in or 401, the right media type or 415, readable JSON or 400, valid fields or 400,
 * then `handler`.
 */
export function handle<P extends Fields, Q extends Fields, B extends Fields>(
  app: Hono<AppEnv>,
  described: Operation<P, Q, B>,
  handler: Handler<P, Q, B>,
): void {
  const { params, query, body } = described;
  const nothing = z.unknown();
  const admit: MiddlewareHandler<AppEnv> = async (c, next) => {
    // Who signs in or refreshes may send an expired token along: many clients add theirs to every request.
    const refusedToken = c.get("refusedToken");
    if (described.auth !== "none" && refusedToken !== null) throw refusedToken;
    if (described.auth === "required" && c.get("viewer") === null) throw signInNeeded();
    // Without a body schema the body is never read.
    if (body !== undefined) await mustBeJson(c);
    await next();
  };
  const answer = (c: Context<AppEnv>) => {
    const ctx = c.get("ctx");
    const viewer = c.get("viewer");
    const input: Input<P, Q, B> = {
      params: c.req.valid("param" as never),
      query: c.req.valid("query" as never),
      body: c.req.valid("json" as never),
      ctx,
      viewer,
      get actor() {
        if (viewer === null) throw signInNeeded();
        return viewer;
      },
    };
    return handler(input, c);
  };
  const fields = [zValidator("param", params ?? nothing, refuse), zValidator("query", query ?? nothing, refuse)];
  const validators = body === undefined ? fields : [...fields, zValidator("json", body, refuse)];
  app.on(
    described.method.toUpperCase(),
    [described.path],
    admit,
    ...(validators as MiddlewareHandler<AppEnv>[]),
    answer,
  );
}

function signInNeeded(): DomainError {
  return new DomainError("invalid_token", "This needs an account: send a valid access token as a bearer token.");
}

/** The refusal of a body that ended before its end: the client went away, or framed it wrongly. */
export function bodyBrokenOff(): DomainError {
  return new DomainError("invalid_request", "The body broke off before its end.");
}

/** The media types that the validator reads as JSON: of any other it would make an empty object. */
const JSON_TYPE = /^\s*application\/([\w.-]+\+)?json\s*(;|$)/i;

/** Refuses what the validator would read differently: other media types, and bytes that UTF-8 would not give back. */
async function mustBeJson(c: Context<AppEnv>): Promise<void> {
  if (!JSON_TYPE.test(c.req.header("content-type") ?? "")) {
    throw new DomainError("unsupported_media_type", "The body must be JSON, with content-type: application/json.");
  }
  const bytes = await c.req.arrayBuffer().catch(() => Promise.reject(bodyBrokenOff()));
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new DomainError("invalid_request", "The body is not valid JSON in UTF-8.");
  }
}

interface Validation {
  readonly success: boolean;
  readonly target: string;
  /** The part of the request that was validated, as it came. */
  readonly data: unknown;
  readonly error?: { readonly issues: readonly z.core.$ZodIssue[] };
}

function refuse(result: Validation): void {
  if (result.success) return;
  const items: ErrorItem[] = (result.error?.issues ?? []).map((issue) => {
    const field = issue.path.map(String).join(".");
    const message = field === "" ? issue.message : `${field}: ${issue.message}`;
    return field === "" ? { message } : { message, parameters: { [field]: valuesOf(result, issue.path[0]) } };
  });
  throw new DomainError("invalid_request", items[0]?.message ?? "The request is not valid.", items);
}

/** Characters of a refused value that are repeated. */
const VALUE_LENGTH_MAX = 64;

/** The values of a field of the path or query, to find the mistake by. Bodies hold passwords: nothing of them is repeated. */
function valuesOf({ target, data }: Validation, field: PropertyKey | undefined): string[] {
  if (target === "json" || field === undefined) return [];
  const value: unknown = Reflect.get(Object(data), field);
  const texts = [value].flat().filter((one) => typeof one === "string");
  return texts.map((text) => text.slice(0, VALUE_LENGTH_MAX).toWellFormed());
}
