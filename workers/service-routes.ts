import { Hono } from "hono";
import { publicKeySet } from "./accounts/signing-keys.ts";
import type { Ctx } from "./lib/context.ts";
import type { AppEnv } from "./lib/route.ts";
import { openApiDocument } from "./openapi.ts";
import { sql } from "drizzle-orm";

/** Routes beside the API: health, keys, the API's description. */
const routes = new Hono<AppEnv>();

routes.get("/healthz", async (c) => {
  const checks = await checkStores(c.var.ctx);
  const ok = Object.values(checks).every((state) => state === "ok");
  if (!ok) c.header("retry-after", "1");
  return c.json({ status: ok ? "ok" : "degraded", checks }, ok ? 200 : 503);
});

routes.get("/.well-known/jwks.json", async (c) => {
  c.header("cache-control", "public, max-age=300");
  return c.json(await publicKeySet(c.var.ctx));
});

let document: string | undefined;
routes.get("/openapi.json", (c) => {
  document ??= JSON.stringify(openApiDocument());
  c.header("cache-control", "public, max-age=300");
  return c.body(document, 200, { "content-type": "application/json; charset=UTF-8" });
});

async function checkStores(ctx: Ctx): Promise<Record<string, "ok" | "failed">> {
  const shards = Array.from({ length: ctx.shards.count }, async (_, index) => {
    const asked = ctx.dependencies.guard(`shard:${index}`, () => ctx.dbAt(index).all(sql`SELECT 1`));
    return [
      `shard:${index}`,
      await asked.then(
        () => "ok" as const,
        () => "failed" as const,
      ),
    ] as const;
  });
  return Object.fromEntries(await Promise.all(shards));
}

export default routes;
