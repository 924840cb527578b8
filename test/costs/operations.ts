import { evictAllDurableObjects } from "cloudflare:test";
import { takeObjectRows, watchObjectRows } from "../support/object-rows.ts";
import { newWorld, type Isolate, type World } from "../support/world.ts";
import type { Usage } from "./usage.ts";

/** Billed for each: written, read, deleted. */
export const OPERATIONS_A_MESSAGE = 3;

let invocations = 0;

/** A world whose Worker invocations are counted as well. */
export async function countedWorld(vars: Readonly<Record<string, string>> = {}): Promise<World> {
  await watchObjectRows();
  const world = await newWorld({ isolates: 2, vars: { ACCESS_TOKEN_SECONDS: "100000000", ...vars } });
  for (const isolate of world.isolates) countInvocations(isolate);
  return world;
}

/** Requests, batches and cron runs all pass here. */
function countInvocations(isolate: Isolate): void {
  const run = isolate.run.bind(isolate);
  isolate.run = (work) => {
    invocations += 1;
    return run(work);
  };
}

/** Runs `work` and what it sends into the queues. */
export async function usageOf(world: World, operation: string, work: () => Promise<unknown>): Promise<Usage> {
  await world.drain();
  world.meter.reset();
  takeObjectRows();
  invocations = 0;
  await work();
  await world.drain();
  const { d1, d1FromObjects, kv, queue } = world.meter;
  const rows = takeObjectRows();
  const messages = [...queue.values()].reduce((sum, count) => sum + count, 0);
  return {
    operation,
    workerRequests: invocations,
    d1Statements: d1.statements + d1FromObjects.statements,
    d1RowsRead: d1.rowsRead + d1FromObjects.rowsRead,
    d1RowsWritten: d1.rowsWritten + d1FromObjects.rowsWritten,
    objectCalls: world.meter.objectCalls(),
    objectRowsRead: rows.read,
    objectRowsWritten: rows.written,
    kvReads: kv.keysRead,
    kvWrites: kv.writes,
    queueOperations: messages * OPERATIONS_A_MESSAGE,
  };
}

/** `more` less `less`, by the `count` that lies between them: what one more costs. */
export function marginal(operation: string, more: Usage, less: Usage, count: number): Usage {
  const names = Object.keys(more).filter((name) => name !== "operation") as (keyof Omit<Usage, "operation">)[];
  const parts = names.map((name) => [name, (more[name] - less[name]) / count] as const);
  return { ...more, ...Object.fromEntries(parts), operation };
}

/** Timeline objects leave memory; what they stored stays. */
export const coolObjects = (): Promise<void> => evictAllDurableObjects();
