import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { replayOf, type IdempotentRequest } from "../lib/idempotency.ts";
import type { Viewer } from "../lib/route.ts";
import { logicalShardOfId, unpadId } from "../lib/snowflake.ts";
import { writeFolder } from "./writer.ts";

/** As on the wire. */
export interface CreatedFolder {
  readonly id: string;
  readonly name: string;
}

/** A clash of ids is answered with a new id; more than this in a row means something else is wrong. */
const MINTS_MAX = 5;

/** Makes an empty bookmark folder of the actor's. Throws `forbidden` at BOOKMARK_FOLDERS_MAX, `account_inactive`. */
export async function createFolder(
  ctx: Ctx,
  actor: Viewer,
  name: string,
  idempotency: IdempotentRequest | null,
): Promise<CreatedFolder> {
  const { userId } = actor;
  const { BOOKMARK_FOLDERS_MAX } = ctx.limits;
  for (let mints = 0; mints < MINTS_MAX; mints += 1) {
    const id = ctx.ids.next(logicalShardOfId(userId));
    const answer: CreatedFolder = { id: unpadId(id), name };
    const outcome = await writeFolder(ctx, { userId, id, name }, idempotency && { request: idempotency, answer });
    if (outcome.written) return answer;
    if (!outcome.active) throw new DomainError("account_inactive", "This account is not active.");
    const replay = idempotency === null ? null : replayOf<CreatedFolder>(ctx, idempotency, outcome.key);
    if (replay !== null) return replay;
    if (outcome.owned >= BOOKMARK_FOLDERS_MAX) {
      throw new DomainError("forbidden", `An account may have at most ${BOOKMARK_FOLDERS_MAX} bookmark folders.`);
    }
  }
  throw new Error("no free folder id was found");
}
