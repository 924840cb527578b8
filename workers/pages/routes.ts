import { Hono, type Context } from "hono";
import { DependencyFailed } from "../lib/dependency.ts";
import { DomainError } from "../lib/errors.ts";
import type { AppEnv } from "../lib/route.ts";
import { describePage, type Described } from "./describe-page.ts";
import { pageAt } from "./page-at.ts";
import { shellAnswer, type Shell } from "./shell.ts";

/**
 * The app's pages, for whatever no file and no other route answers. Mounted last, as one route: a pattern for each page
 * would have the router look at them on every call of the API.
 */
const app = new Hono<AppEnv>();

/** What programs ask for: a refusal is never a page. */
const API_PATH = /^\/(2|api|v1|media|assets|\.well-known)(\/|$)/;

const AGAIN_AFTER_SECONDS = "1";

app.get("*", async (c) => {
  const page = pageAt(c.req.path);
  if (page === null) return isForPeople(c) ? shell(c, { status: 404, headers: { vary: "accept" } }) : c.notFound();
  if (page.kind === "app") return shell(c, { status: 200, title: page.title });
  let described: Described;
  try {
    described = await describePage(c.var.ctx, page);
  } catch (error) {
    const isPassing =
      error instanceof DependencyFailed || (error instanceof DomainError && error.code === "unavailable");
    if (!isPassing) throw error;
    c.var.ctx.log.warn("page not described", { error, path: c.req.path });
    return shell(c, { status: 503, headers: { "cache-control": "no-store", "retry-after": AGAIN_AFTER_SECONDS } });
  }
  switch (described.kind) {
    case "hidden":
      return shell(c, { status: 404 });
    case "moved":
      return c.body(null, 308, { location: described.path, "cache-control": "public, max-age=0, must-revalidate" });
    case "shown":
      return shell(c, { status: 200, card: described.card });
  }
});

const isForPeople = (c: Context<AppEnv>): boolean =>
  !API_PATH.test(c.req.path) && /\btext\/html\b/.test(c.req.header("accept") ?? "");

const shell = (c: Context<AppEnv>, what: Omit<Shell, "origin">): Promise<Response> =>
  shellAnswer(c.var.ctx, { origin: new URL(c.req.url).origin, ...what });

export default app;
