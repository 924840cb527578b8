/** Counts bytes a row: fills a database of the real schema, and a real timeline, and looks at the size of the file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { TimelinePages } from "../../durable-objects/timeline-pages.ts";
import { ROOT } from "../../scripts/lib.ts";
import { makeDataset } from "../dataset.ts";
import { factsOf, type TableRows } from "../facts.ts";
import type { RowBytes } from "./measured.ts";

const USERS = 1400;
const TWEETS = 20_000;
const PAGE_BYTES = 4096;
const FOLLOWED = 200;
const ENTRIES = 800;

export function countRowBytes(): RowBytes {
  const facts = factsOf(makeDataset(USERS, TWEETS));
  const rowsOf = (...names: string[]) => facts.filter(({ table }) => names.includes(table));
  const each = (tables: readonly TableRows[], by: number) => Math.round(bytesOf(tables) / by);
  const edges = rowsOf("following", "followers");
  const follows = edges[0]?.rows.length ?? 1;
  const likes: TableRows[] = ["likes", "likers"].map((table) => ({
    table,
    columns: [...(table === "likes" ? ["user_id", "tweet_id"] : ["tweet_id", "user_id"]), "state", "version"],
    rows: (rowsOf("following")[0]?.rows ?? []).map(([a, b]) => [a ?? "", b ?? "", 1, 1]),
  }));
  return {
    tweet: each(rowsOf("tweets"), TWEETS),
    follow: each(edges, follows),
    like: each(likes, follows),
    user: each(rowsOf("users", "readers", "follow_counts", "authors"), USERS),
    timeline: timelineBytes(),
  };
}

/** Bytes that the rows add to an empty database of the schema. */
function bytesOf(tables: readonly TableRows[]): number {
  const database = new DatabaseSync(":memory:");
  const folder = join(ROOT, "migrations/shard");
  for (const file of readdirSync(folder).sort()) {
    if (file.endsWith(".sql")) database.exec(readFileSync(join(folder, file), "utf8"));
  }
  const before = pagesOf(database);
  for (const { table, columns, rows } of tables) {
    const places = columns.map(() => "?").join(", ");
    const insert = database.prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places})`);
    database.exec("BEGIN");
    for (const row of rows) insert.run(...row);
    database.exec("COMMIT");
  }
  return (pagesOf(database) - before) * PAGE_BYTES;
}

const pagesOf = (database: DatabaseSync): number =>
  Number(database.prepare("PRAGMA page_count").get()?.["page_count"] ?? 0);

/** A real timeline as full as one gets. */
function timelineBytes(): number {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE pages (key INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
  const store = {
    load: (key: number) => {
      const row = database.prepare("SELECT bytes FROM pages WHERE key = ?").get(key);
      return row === undefined ? null : (Uint8Array.from(row["bytes"] as Uint8Array).buffer as ArrayBuffer);
    },
    save: (key: number, bytes: Uint8Array) => {
      database.prepare("INSERT OR REPLACE INTO pages (key, bytes) VALUES (?, ?)").run(key, bytes);
    },
    remove: (key: number) => void database.prepare("DELETE FROM pages WHERE key = ?").run(key),
  };
  const id = (number: number) => String(10n ** 18n + BigInt(number));
  const settings = { ownerId: id(1), entriesMax: ENTRIES, presentMs: 0 };
  const pages = TimelinePages.create(store, settings, 1);
  const follows = new Map(
    Array.from({ length: FOLLOWED }, (_, index) => [id(index), { state: 1 as const, version: 1 }]),
  );
  const entries = Array.from({ length: ENTRIES }, (_, index) => {
    const author = id(index % FOLLOWED);
    return { id: id(100_000 - index), tweetId: id(100_000 - index), authorId: author, actorId: author };
  });
  pages.merge({ entries, follows, through: id(200_000), seenAt: 1 });
  return pagesOf(database) * PAGE_BYTES;
}
