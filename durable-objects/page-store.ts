import type { PageStore } from "./timeline-pages.ts";

/** The pages in an object's own storage: one row each. The table comes with the first timeline that is written. */
export function pageStoreOf(sql: SqlStorage): PageStore {
  return {
    load: (key) => {
      try {
        const [row] = sql.exec<{ bytes: ArrayBuffer }>("SELECT bytes FROM pages WHERE key = ?", key).toArray();
        return row?.bytes ?? null;
      } catch (error) {
        // A cold timeline has no table. Asking the schema first would be billed as rows, at every start.
        if (/no such table/.test(String(error))) return null;
        throw error;
      }
    },
    save: (key, bytes) =>
      void sql.exec(
        "INSERT INTO pages (key, bytes) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes",
        key,
        bytes,
      ),
    remove: (key) => void sql.exec("DELETE FROM pages WHERE key = ?", key),
  };
}
