import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import type { Viewer } from "../lib/route.ts";
import { logicalShardOfId, unpadId } from "../lib/snowflake.ts";
import { inactive } from "./own-list.ts";
import { writeList } from "./writer.ts";

export interface ListDraft {
  readonly name: string;
  readonly description: string;
  readonly private: boolean;
}

/** What the first answer said, kept under the Idempotency-Key. */
export interface CreatedList {
  readonly id: string;
  readonly name: string;
}

/** A clash of ids is answered with a new id; more than this in a row means something else is wrong. */
const MINTS_MAX = 5;

/** Makes an empty list of the actor's. Throws `forbidden` at LISTS_OWNED_MAX, `account_inactive`. */
export async function createList(
  ctx: Ctx,
  actor: Viewer,
  draft: ListDraft,
  idempotency: IdempotentRequest | null,
): Promise<CreatedList> {
  const ownerId = actor.userId;
  const { LISTS_OWNED_MAX } = ctx.limits;
  for (let mints = 0; mints < MINTS_MAX; mints += 1) {
    const id = ctx.ids.next(logicalShardOfId(ownerId));
    const answer: CreatedList = { id: unpadId(id), name: draft.name };
    const list = { id, ownerId, ...draft };
    const outcome = await writeList(ctx, list, idempotency && { request: idempotency, answer });
    if (outcome.written) return answer;
    if (!outcome.active) throw inactive();
    const replay = idempotency === null ? null : replayOf<CreatedList>(ctx, idempotency, outcome.key);
    if (replay !== null) return replay;
    if (outcome.owned >= LISTS_OWNED_MAX) {
      throw new DomainError("forbidden", `An account may own at most ${LISTS_OWNED_MAX} lists.`);
    }
  }
  throw new Error("no free list id was found");
}
