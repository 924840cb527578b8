import type { Ctx } from "./context.ts";

/** Runs `read` on the shard of `id` under that shard's deadline and breaker. Throws DependencyFailed. */
export const guarded = <T>(ctx: Ctx, id: string, read: () => Promise<T>): Promise<T> =>
  ctx.dependencies.guard(`shard:${ctx.shards.indexOf(id)}`, read);
