import { DurableObject } from "cloudflare:workers";
import { readPullAuthors } from "../workers/tweets/reader.ts";
import { contextOf } from "./author-feed.ts";
import { Coalesced } from "./coalesced.ts";
import { PULL_LIST_KEY } from "./feed.ts";

/** A single one: writes the list of pull authors to KV, as a whole snapshot taken from all shards. It owns nothing. */
export class PullList extends DurableObject<Env> {
  readonly #write = new Coalesced(async () => this.#snapshot(), Number(this.env.FEED_WRITE_INTERVAL_MS));

  /** Returns once a snapshot that was taken after this call is in KV. */
  async refresh(): Promise<void> {
    await this.#write.run();
  }

  async #snapshot(): Promise<void> {
    const ctx = contextOf(this.env, this.ctx);
    await ctx.kv.put(PULL_LIST_KEY, JSON.stringify(await readPullAuthors(ctx)));
  }
}
