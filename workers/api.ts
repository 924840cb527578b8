import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { authenticate } from "./accounts/authenticate.ts";
import accounts from "./accounts/routes.ts";
import engagement from "./engagement/routes.ts";
import graph from "./graph/routes.ts";
import { createContext, runtimeOf, type Runtime } from "./lib/context.ts";
import { DomainError, type ErrorCode, type ErrorItem } from "./lib/errors.ts";
import { DependencyFailed } from "./lib/dependency.ts";
import { authorizationOf } from "./lib/live-protocol.ts";
import { bodyBrokenOff, type AppEnv } from "./lib/route.ts";
import lists from "./lists/routes.ts";
import pages from "./pages/routes.ts";
import service from "./service-routes.ts";
import shortSpellings from "./short-spellings.ts";
import timelines from "./timelines/routes.ts";
import tweets from "./tweets/routes.ts";

/** The only place where an error code becomes an HTTP status. */
const STATUS = {
  invalid_request: [400, "Bad Request"],
  invalid_token: [401, "Unauthorized"],
  forbidden: [403, "Forbidden"],
  account_inactive: [403, "Forbidden"],
  not_found: [404, "Not Found"],
  conflict: [409, "Conflict"],
  body_too_large: [413, "Content Too Large"],
  unsupported_media_type: [415, "Unsupported Media Type"],
  unprocessable: [422, "Unprocessable Content"],
  rate_limited: [429, "Too Many Requests"],
  internal: [500, "Internal Server Error"],
  unavailable: [503, "Service Unavailable"],
} as const satisfies Record<ErrorCode, readonly [number, string]>;

const RETRY_AFTER_SECONDS = "1";
const EXPOSED_HEADERS = "x-request-id,retry-after";
/** Only over https, as its RFC wants it: the first answer of the API or page of the Worker's tells the browser. */
const STRICT_TRANSPORT = "max-age=31536000";
/** Characters of an unknown path that its refusal repeats. */
const PATH_SHOWN_MAX = 200;

/** The whole HTTP API over one isolate's runtime (made from `env` unless given). */
export function newApp(runtime?: Runtime): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    const requestId = requestIdOf(c.req.header("x-request-id"));
    const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
    c.set("ctx", createContext(runtime ?? runtimeOf(c.env), { requestId, waitUntil }));
    c.set("viewer", null);
    await next();
    // Straight into the answer's own headers: `c.header` would copy the whole answer each time.
    const { headers } = c.res;
    headers.set("x-request-id", requestId);
    headers.set("access-control-allow-origin", "*");
    headers.set("access-control-expose-headers", EXPOSED_HEADERS);
    if (!headers.has("cache-control")) headers.set("cache-control", "private, no-store");
    headers.set("x-content-type-options", "nosniff");
    if (c.req.url.startsWith("https:")) headers.set("strict-transport-security", STRICT_TRANSPORT);
    compress(acceptedEncodings(c.req.raw), headers);
  });
  // Answers to other requests get their two headers above: set before the route ran they would cost a copy of its answer.
  const preflight = cors({ origin: "*", exposeHeaders: EXPOSED_HEADERS.split(","), maxAge: 86_400 });
  app.use((c, next) => (c.req.method === "OPTIONS" ? preflight(c, next) : next()));
  app.use(async (c, next) => {
    const maxSize = c.get("ctx").limits.BODY_BYTES_MAX;
    const tooLarge = () => new DomainError("body_too_large", `The body may hold at most ${maxSize} bytes.`);
    try {
      return await bodyLimit({ maxSize, onError: () => Promise.reject(tooLarge()) })(c, next);
    } catch (error) {
      // What is thrown further in is answered there: this is a body without a length, which was read here and broke off.
      throw error instanceof DomainError ? error : bodyBrokenOff();
    }
  });
  app.use(async (c, next) => {
    c.set("refusedToken", null);
    try {
      c.set("viewer", await authenticate(c.get("ctx"), authorizationOf(c.req.raw.headers)));
    } catch (error) {
      // Each route says whether it minds: signing in does not.
      if (!(error instanceof DomainError)) throw error;
      c.set("refusedToken", error);
    }
    await next();
  });

  app.route("/", service);
  for (const prefix of ["/2", "/api/v2"]) {
    // Tweets first: /users/reposts_of_me is no user's id.
    for (const room of [tweets, accounts, engagement, graph, lists, timelines]) app.route(prefix, room);
  }
  app.route("/", shortSpellings(app));
  app.route("/", pages);

  app.notFound((c) => problem(c, "not_found", `There is no ${c.req.method} ${c.req.path.slice(0, PATH_SHOWN_MAX)}.`));
  app.onError((error, c) => {
    if (error instanceof DomainError) return problem(c, error.code, error.detail, error.items);
    c.var.ctx.log.error("request failed", { error, method: c.req.method, path: c.req.path });
    if (error instanceof DependencyFailed) return problem(c, "unavailable", "A store did not answer. Try again.");
    return problem(c, "internal", "Something went wrong on our side. Try again with the same request.");
  });
  return app;
}

/** A client's own request id is kept when it is plain, so that its logs and ours meet. */
function requestIdOf(sent: string | undefined): string {
  return sent !== undefined && /^[\w.:-]{1,64}$/.test(sent) ? sent : crypto.randomUUID();
}

/**
 * An error answer in the form of RFC 9457, with the fields X's clients look for. Cookies that the route has set or taken
 * away go with it.
 */
function problem(
  c: Context<AppEnv>,
  code: ErrorCode,
  detail: string,
  items: readonly ErrorItem[] = [],
): Response | Promise<Response> {
  const [status, title] = STATUS[code];
  // Never empty: without an item there X's clients leave the reason out of their own errors.
  const errors = items.length > 0 ? items : [{ message: detail }];
  const headers = {
    "content-type": "application/problem+json",
    "cache-control": "private, no-store",
    ...(status === 401 ? { "www-authenticate": 'Bearer realm="dunlin"' } : {}),
    ...(status === 429 || status === 503 ? { "retry-after": RETRY_AFTER_SECONDS } : {}),
  };
  const body = { title, detail, type: `about:blank#${code}`, status, errors, message: detail };
  return c.body(JSON.stringify(body), status, headers);
}

const COMPRESSIBLE = /^(application\/(problem\+)?json|text\/)/;

/** What the client itself accepts: an edge in between may have asked for more on its own account, and says so in `cf`. */
function acceptedEncodings(request: Request): string {
  const asked = request.cf?.["clientAcceptEncoding"];
  return typeof asked === "string" ? asked : (request.headers.get("accept-encoding") ?? "");
}

/** The runtime encodes the body itself when the header says so: no stream of ours stands in between. */
function compress(accepted: string, headers: Headers): void {
  if (headers.has("content-encoding") || !COMPRESSIBLE.test(headers.get("content-type") ?? "")) return;
  // Said on plain answers too: a cache must not give one client's encoding to another.
  if (headers.get("vary")?.includes("accept-encoding") !== true) headers.append("vary", "accept-encoding");
  if (takesGzip(accepted)) headers.set("content-encoding", "gzip");
}

/** Reads an Accept-Encoding by RFC 9110: a weight of 0 refuses, "*" stands for what is not named. */
function takesGzip(accepted: string): boolean {
  const weights = new Map<string, number>();
  for (const part of accepted.toLowerCase().split(",")) {
    const [coding = "", ...parameters] = part.split(";").map((piece) => piece.trim());
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    weights.set(coding, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  return (weights.get("gzip") ?? weights.get("*") ?? 0) > 0;
}
