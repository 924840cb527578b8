import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { publishEvent, withEventId } from "../lib/outbox.ts";
import type { Viewer } from "../lib/route.ts";
import { noteVisibility } from "../lib/visibility-log.ts";
import type { DeleteAccountBody } from "./contract.ts";
import { ACCOUNT_DEACTIVATED } from "./events.ts";
import { verifyPassword } from "./passwords.ts";
import { readOwnPassword } from "./secrets-reader.ts";
import { recordDeactivation } from "./writer.ts";

/**
 * Ends the actor's account: what is theirs is hidden from now on, and they cannot act or log in any more. An account that
 * has ended stays so, whatever password a repeat brings. Throws `forbidden` for a wrong password, after the same work.
 */
export async function deleteAccount(ctx: Ctx, { userId }: Viewer, asked: DeleteAccountBody): Promise<void> {
  const { active, passwordHash } = await readOwnPassword(ctx, userId);
  const proven = await verifyPassword(asked.password, passwordHash, ctx.limits.PASSWORD_SCRYPT_N);
  if (!active) return;
  if (!proven) throw new DomainError("forbidden", "The password is wrong.");
  const at = ctx.clock.now();
  const { eventId, ended } = await withEventId(ctx, userId, async (eventId) => ({
    eventId,
    ended: await recordDeactivation(ctx, { eventId, userId, at }),
  }));
  noteVisibility(ctx.runtime, "user", userId);
  if (!ended) return;
  ctx.log.info("account deleted", { user_id: userId });
  publishEvent(ctx, { id: eventId, kind: ACCOUNT_DEACTIVATED, payload: { userId } });
}
