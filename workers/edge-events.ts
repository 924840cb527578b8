import * as z from "zod";
import { BOOKMARK_CHANGED, edgeChanged, LIKE_CHANGED, type EdgeChanged, type EdgeKind } from "./engagement/events.ts";
import { mirrorEdges } from "./engagement/mirror-edges.consumer.ts";
import { groupBy } from "./lib/concurrency.ts";
import type { Ctx } from "./lib/context.ts";
import { completeEvents } from "./lib/outbox.ts";

/**
 * Likes and bookmarks that came in one queue batch are applied together: one D1 batch for the tweets of a database, then one
 * statement for the outbox rows of a database. A storm on one tweet so writes its count once for many.
 */
const KINDS = { [LIKE_CHANGED]: "like", [BOOKMARK_CHANGED]: "bookmark" } as const;

const edgeMessage = z.object({
  v: z.literal(1),
  id: z.string(),
  kind: z.enum([LIKE_CHANGED, BOOKMARK_CHANGED]),
  payload: edgeChanged,
});

export interface EdgeEvent {
  /** Of the outbox row. */
  readonly id: string;
  readonly kind: EdgeKind;
  readonly change: EdgeChanged;
}

/** The event in a message's body; null for one that is worked on by itself. */
export function edgeEventOf(body: unknown): EdgeEvent | null {
  const { data } = edgeMessage.safeParse(body);
  return data === undefined ? null : { id: data.id, kind: KINDS[data.kind], change: data.payload };
}

/** @returns those of `events` that are done; the databases of the others failed, and they must come again. */
export async function applyEdgeEvents(ctx: Ctx, events: readonly EdgeEvent[]): Promise<Set<EdgeEvent>> {
  const mirrored = await Promise.all(
    [...groupBy(events, ({ kind }) => kind)].map(([kind, alike]) =>
      byDatabase(
        ctx,
        alike,
        ({ change }) => change.tweetId,
        (here, index) =>
          mirrorEdges(
            ctx,
            index,
            kind,
            here.map(({ change }) => change),
          ),
      ),
    ),
  );
  const done = await byDatabase(
    ctx,
    mirrored.flat(),
    ({ id }) => id,
    (here) =>
      completeEvents(
        ctx,
        here.map(({ id }) => id),
      ),
  );
  return new Set(done);
}

/** Runs `work` on the events of each database. @returns the events of those where it did not fail. */
async function byDatabase(
  ctx: Ctx,
  events: readonly EdgeEvent[],
  idOf: (event: EdgeEvent) => string,
  work: (here: readonly EdgeEvent[], databaseIndex: number) => Promise<void>,
): Promise<EdgeEvent[]> {
  const groups = [...groupBy(events, (event) => ctx.shards.indexOf(idOf(event)))];
  const done = await Promise.all(
    groups.map(async ([index, here]) => {
      try {
        await work(here, index);
        return here;
      } catch (error) {
        ctx.log.error("edge events failed", { error, shard: index, events: here.length });
        return [];
      }
    }),
  );
  return done.flat();
}
