import { commit } from "./lib/commit.ts";
import { createContext, type Ctx, type Runtime } from "./lib/context.ts";
import { pruneKeys } from "./lib/idempotency.ts";
import { sweepOutbox } from "./lib/outbox.ts";
import { pruneVisibility } from "./lib/visibility-log.ts";

/** Isolates forget what they know of a shard long before this, so nobody misses an older change. */
const VISIBILITY_KEPT_MS = 3_600_000;

/** Runs what is due every minute. One job that fails does not keep the others from running. */
export async function runScheduled(
  runtime: Runtime,
  controller: ScheduledController,
  execution: ExecutionContext,
): Promise<void> {
  const waitUntil = (work: Promise<unknown>) => execution.waitUntil(work);
  const ctx = createContext(runtime, { requestId: `cron:${controller.scheduledTime}`, waitUntil });
  const jobs = [sweepOutbox(ctx), pruneFoundations(ctx)];
  const results = await Promise.allSettled(jobs);
  for (const result of results) {
    if (result.status === "rejected") ctx.log.error("scheduled job failed", { error: result.reason });
  }
}

async function pruneFoundations(ctx: Ctx): Promise<void> {
  const before = ctx.clock.now() - VISIBILITY_KEPT_MS;
  await Promise.all(
    Array.from({ length: ctx.shards.count }, (_, index) =>
      commit(ctx.dbAt(index), [pruneKeys(ctx), pruneVisibility(before)]),
    ),
  );
}
