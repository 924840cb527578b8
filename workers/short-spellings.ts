import { Hono } from "hono";
import type { AppEnv } from "./lib/route.ts";

/**
 * The short spellings below /api/v2: each is answered by the handler of the long one. `:me` stands for the token's user.
 */
const SPELLINGS: readonly (readonly [method: string, short: string, long: string, longMethod?: string])[] = [
  ["GET", "/timelines/home", "/users/:me/timelines/reverse_chronological"],
  ["GET", "/timeline/home", "/users/:me/timelines/reverse_chronological"],
  ["GET", "/users/:id/timeline", "/users/:id/tweets"],
  ["POST", "/users/:id/follow", "/users/:me/following"],
  ["DELETE", "/users/:id/follow", "/users/:me/following/:id"],
];

/** Routes that rewrite a short spelling and hand it to `app`. */
export default function shortSpellings(app: Hono<AppEnv>): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  for (const [method, short, long] of SPELLINGS) {
    routes.on(method, `/api/v2${short}`, (c) => {
      const id = c.req.param("id") ?? "";
      // Nobody signed in: any id leads to the same 401.
      const path = long.replace(":me", c.var.viewer?.userId ?? "0").replace(":id", encodeURIComponent(id));
      const url = new URL(c.req.url);
      url.pathname = `/2${path}`;
      const follows = method === "POST" && short.endsWith("/follow");
      const init = follows ? { body: JSON.stringify({ target_user_id: id }) } : {};
      const request = new Request(new Request(url, c.req.raw), init);
      if (follows) request.headers.set("content-type", "application/json");
      return app.fetch(request, c.env, c.executionCtx);
    });
  }
  return routes;
}
