import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";

export interface ObjectRows {
  readonly read: number;
  readonly written: number;
}

type Cursor = SqlStorageCursor<Record<string, SqlStorageValue>>;

/** The cursors handed out since the rows were last taken: a cursor knows its rows only once it was read. */
let cursors: Cursor[] = [];
let alarms = 0;
let watching = false;

/** From here on counts what every Durable Object of this file reads and writes in its own storage. */
export async function watchObjectRows(): Promise<void> {
  if (watching) return;
  watching = true;
  await runInDurableObject(env.HOME_TIMELINE.getByName("prototypes"), (_object, state) => {
    const sql = Object.getPrototypeOf(state.storage.sql) as SqlStorage;
    const { exec } = sql;
    sql.exec = function watched(this: SqlStorage, query: string, ...bindings: unknown[]) {
      const cursor = Reflect.apply(exec, this, [query, ...bindings]) as Cursor;
      cursors.push(cursor);
      return cursor;
    } as SqlStorage["exec"];
    const storage = Object.getPrototypeOf(state.storage) as DurableObjectStorage;
    const { setAlarm } = storage;
    storage.setAlarm = function watched(
      this: DurableObjectStorage,
      ...args: Parameters<DurableObjectStorage["setAlarm"]>
    ) {
      // Billed as one row written.
      alarms += 1;
      return Reflect.apply(setAlarm, this, args) as Promise<void>;
    };
  });
}

/** The rows of all objects since this was last called. */
export function takeObjectRows(): ObjectRows {
  const rows = { read: 0, written: alarms };
  for (const cursor of cursors) {
    rows.read += cursor.rowsRead;
    rows.written += cursor.rowsWritten;
  }
  cursors = [];
  alarms = 0;
  return rows;
}
