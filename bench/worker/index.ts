/**
 * The Worker as the benchmark runs it: the product's own, with reference routes beside it. Everything outside `/bench/`
 * is answered by the product, which knows nothing of this.
 */
import product, { AuthorFeed, HomeTimeline as ProductTimeline, PullList } from "../../workers/index.ts";
import { answerBench } from "./routes.ts";
import { noteLag, pushed } from "./pushes.ts";
import { timeOfId } from "../../workers/lib/snowflake.ts";

export { AuthorFeed, PullList };

/** The product's object; the references are further methods of it, so that they meet the very same objects. */
export class HomeTimeline extends ProductTimeline {
  /** What one object call costs when it does nothing. */
  empty(): void {}

  /** What one object call costs when it writes one row, of as many bytes as one entry of a timeline is sent in. */
  writeRow(row: { readonly entry: string }): void {
    const { sql } = this.ctx.storage;
    if (this.#written === 0)
      sql.exec("CREATE TABLE IF NOT EXISTS bench (key INTEGER PRIMARY KEY, entry TEXT NOT NULL)");
    this.#written += 1;
    // SQLite leaves the file alone where a row stays the same: each write must differ from the last.
    const entry = `${row.entry} ${Date.now()} ${this.#written}`;
    sql.exec(
      "INSERT INTO bench (key, entry) VALUES (0, ?) ON CONFLICT (key) DO UPDATE SET entry = excluded.entry",
      entry,
    );
  }
  #written = 0;

  override push(given: Parameters<ProductTimeline["push"]>[0]): void {
    super.push(given);
    pushed.entries += given.entries.length;
    pushed.lastAt = Date.now();
    for (const { id, actorId } of given.entries) {
      if (actorId !== this.ctx.id.name) noteLag(pushed.lastAt, pushed.lastAt - timeOfId(id));
    }
  }

  /** Forgets everything but what is stored. */
  leaveMemory(): void {
    this.ctx.abort("the benchmark wants it cold");
  }
}

export default {
  ...product,
  fetch: (request, env, execution) =>
    request.url.includes("/bench/") ? answerBench(request, env, execution) : product.fetch(request, env, execution),
} satisfies ExportedHandler<Env>;
