import { Hono, type Context } from "hono";
import type { AppEnv } from "./lib/route.ts";

interface Spelling {
  readonly method: "GET" | "POST" | "DELETE";
  readonly short: string;
  /** Below /2, with the short one's `:id`; `:me` stands for the token's user. */
  readonly long: string;
  /** The body that the long one wants, where it is not the request's own. */
  readonly body?: (id: string) => object;
}

/** The short spellings below /api/v2. */
const SPELLINGS: readonly Spelling[] = [
  { method: "GET", short: "/timelines/home", long: "/users/:me/timelines/reverse_chronological" },
  { method: "GET", short: "/timeline/home", long: "/users/:me/timelines/reverse_chronological" },
  { method: "GET", short: "/users/:id/timeline", long: "/users/:id/tweets" },
  {
    method: "POST",
    short: "/users/:id/follow",
    long: "/users/:me/following",
    body: (id) => ({ target_user_id: id }),
  },
  { method: "DELETE", short: "/users/:id/follow", long: "/users/:me/following/:id" },
];

/** Routes that hand a short spelling to `app` under its long one, so that the same handlers and refusals answer both. */
export default function shortSpellings(app: Hono<AppEnv>): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  for (const spelling of SPELLINGS) {
    routes.on(spelling.method, [`/api/v2${spelling.short}`], (c) =>
      app.fetch(spelledOut(c, spelling), c.env, c.executionCtx),
    );
  }
  return routes;
}

function spelledOut(c: Context<AppEnv>, { method, long, body }: Spelling): Request {
  const id = c.req.param("id") ?? "";
  const url = new URL(c.req.url);
  // Where nobody is signed in, any id leads to the same 401.
  const me = c.var.viewer?.userId ?? "0";
  url.pathname = `/2${long.replace(":me", me).replace(":id", encodeURIComponent(id))}`;
  const headers = new Headers(c.req.raw.headers);
  headers.set("x-request-id", c.var.ctx.requestId);
  headers.delete("content-length");
  // `cf` says what the client itself accepts.
  const { cf } = c.req.raw;
  const init: RequestInit = { method, headers, ...(cf === undefined ? {} : { cf }) };
  if (body === undefined) return new Request(url, init);
  headers.set("content-type", "application/json");
  return new Request(url, { ...init, body: JSON.stringify(body(id)) });
}
