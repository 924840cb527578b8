import { DurableObject } from "cloudflare:workers";
import { createContext, runtimeOf, type Ctx } from "../workers/lib/context.ts";
import { ID_MAX, ID_MIN, idBefore } from "../workers/lib/snowflake.ts";
import { readAuthorEntries } from "../workers/tweets/reader.ts";
import { Coalesced } from "./coalesced.ts";
import { feedKey, type Feed } from "./feed.ts";

/**
 * One a pull author: writes that author's feed to KV. It owns nothing: a feed is always a whole snapshot taken from the
 * author's shard, so no snapshot can undo a newer one, and KV's one write a second for a key is kept.
 */
export class AuthorFeed extends DurableObject<Env> {
  readonly #write = new Coalesced(async () => this.#snapshot(), Number(this.env.FEED_WRITE_INTERVAL_MS));

  /** Returns once a snapshot that was taken after this call is in KV. */
  async refresh(): Promise<void> {
    await this.#write.run();
  }

  async #snapshot(): Promise<void> {
    const ctx = contextOf(this.env, this.ctx);
    const authorId = this.ctx.id.name ?? "";
    const most = ctx.limits.FEED_ENTRIES_MAX;
    const entries = await readAuthorEntries(ctx, authorId, { before: ID_MAX, since: ID_MIN, count: most });
    const last = entries.at(-1);
    const floor = entries.length < most || last === undefined ? ID_MIN : idBefore(last.id);
    const feed: Feed = { v: 2, floor, entries };
    await ctx.kv.put(feedKey(authorId), JSON.stringify(feed));
  }
}

/** The context of a Durable Object's own work. */
export function contextOf(env: Env, state: DurableObjectState): Ctx {
  const waitUntil = (work: Promise<unknown>) => state.waitUntil(work);
  return createContext(runtimeOf(env), { requestId: `object:${state.id.name ?? ""}`, waitUntil });
}
