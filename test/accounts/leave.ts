import { expect } from "vitest";
import type { Person, World } from "../support/world.ts";
import { send } from "./send.ts";

/** `DELETE /2/users/me`; the answer as it comes. */
export const leaves = (person: Person, password: unknown = person.password) =>
  send<{ data?: unknown; detail?: string }>(person.isolate, "DELETE /2/users/me", {
    json: { password },
    token: person.token,
  });

/** The same, which must succeed. */
export async function hasLeft(person: Person): Promise<void> {
  expect(await leaves(person)).toMatchObject({ status: 202, body: { data: { deleted: true } } });
}

/** What is still to be done for this account, in all outboxes. */
export async function outbox(world: World, { id }: Person): Promise<number> {
  const counts = [world.isolate.env.SHARD_0, world.isolate.env.SHARD_1].map((shard) =>
    shard.prepare("SELECT count(*) AS rows FROM outbox WHERE instr(payload, ?)").bind(stored(id)).first<number>("rows"),
  );
  return (await Promise.all(counts)).reduce<number>((sum, rows) => sum + (rows ?? 0), 0);
}

/** Edges of an account that stand, on either side. */
export async function standingEdges(world: World, { id }: Person): Promise<number> {
  const counts = [world.isolate.env.SHARD_0, world.isolate.env.SHARD_1].map((shard) =>
    shard
      .prepare(
        `SELECT (SELECT count(*) FROM following WHERE (follower_id = ?1 OR followee_id = ?1) AND state <> 0)
          + (SELECT count(*) FROM followers WHERE (follower_id = ?1 OR followee_id = ?1) AND state <> 0)
          + (SELECT count(*) FROM follow_requests WHERE user_id = ?1 OR requester_id = ?1) AS edges`,
      )
      .bind(stored(id))
      .first<number>("edges"),
  );
  return (await Promise.all(counts)).reduce<number>((sum, edges) => sum + (edges ?? 0), 0);
}

/** An id as the store has it. */
export const stored = (id: string): string => id.padStart(19, "0");
