import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { afterChange, commit, isAmbiguous, isKeyClash } from "../../workers/lib/commit.ts";
import { createContext } from "../../workers/lib/context.ts";
import { DependencyFailed } from "../../workers/lib/dependency.ts";
import { newWorld, type World } from "../support/world.ts";

const databaseOf = (world: World) =>
  createContext(world.isolate.runtime, { requestId: "test", waitUntil: () => undefined }).dbAt(0);
const log = (number: number) =>
  sql`INSERT OR IGNORE INTO visibility_log (number, kind, subject_id, at) VALUES (${number}, 'tweet', '1', 1)`;
const note = (number: number) => sql`UPDATE visibility_log SET at = at + 1 WHERE number = ${number} AND ${afterChange}`;
const read = (number: number) => sql`SELECT at FROM visibility_log WHERE number = ${number}`;

test("a commit whose answer is lost is sent once more and changes nothing twice", async () => {
  const world = await newWorld();
  world.faults.shard(0, "lost-answer", { times: 1 });
  world.meter.reset();
  const [inserted, noted, row] = await commit(databaseOf(world), [log(1), note(1), read(1)]);
  expect(world.meter.d1.batches).toBe(2);
  // The second time found it done.
  expect([inserted?.changes, noted?.changes, row?.rows]).toEqual([0, 0, [{ at: 2 }]]);
});

test("a commit that is lost twice is told of as a store that fails, and what stands was done once", async () => {
  const world = await newWorld();
  world.faults.shard(0, "lost-answer", { times: 2 });
  await expect(commit(databaseOf(world), [log(2), note(2)])).rejects.toBeInstanceOf(DependencyFailed);
  const [row] = await commit(databaseOf(world), [read(2)]);
  expect(row?.rows).toEqual([{ at: 2 }]);
});

test("a commit is all or nothing", async () => {
  const database = databaseOf(await newWorld());
  await commit(database, [log(3)]);
  const clash = sql`INSERT INTO visibility_log (number, kind, subject_id, at) VALUES (3, 'tweet', '1', 1)`;
  const error: unknown = await commit(database, [log(4), clash]).catch((thrown: unknown) => thrown);
  expect(isKeyClash(error)).toBe(true);
  const [three, four] = await commit(database, [read(3), read(4)]);
  expect([three?.rows, four?.rows]).toEqual([[{ at: 1 }], []]);
});

test("a mistake in a statement is not sent again", async () => {
  const world = await newWorld();
  world.meter.reset();
  await expect(commit(databaseOf(world), [sql`INSERT INTO nowhere VALUES (1)`])).rejects.toBeInstanceOf(
    DependencyFailed,
  );
  expect(world.meter.d1.requests).toBeLessThanOrEqual(1);
});

test("what D1 says when nobody knows is told from what it says when it refused", () => {
  const wrapped = (message: string) =>
    new Error("Failed query: insert …", { cause: new Error(`D1_ERROR: ${message}`) });
  for (const lost of [
    "Network connection lost.",
    "D1 DB storage caused object to be reset.",
    "Internal error while starting up D1 DB storage caused object to be reset.",
    "D1 DB reset because its code was updated.",
    "Cannot resolve D1 DB due to transient issue on remote node.",
  ]) {
    expect(isAmbiguous(wrapped(lost)), lost).toBe(true);
    expect(isKeyClash(wrapped(lost)), lost).toBe(false);
  }
  for (const refused of [
    "UNIQUE constraint failed: users.id",
    "no such table: x",
    "D1 DB is overloaded. Requests queued for too long.",
  ]) {
    expect(isAmbiguous(wrapped(refused)), refused).toBe(false);
  }
  expect(isKeyClash(wrapped("UNIQUE constraint failed: users.id: SQLITE_CONSTRAINT"))).toBe(true);
  expect(isAmbiguous("Network connection lost.")).toBe(true);
});
