import { noSuchList, requireList } from "../hydrate/lists.ts";
import { Viewing } from "../hydrate/viewing.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import type { Viewer } from "../lib/route.ts";

/**
 * Says why the actor could not change a list, from what a batch about it found out. Returns only where nothing stood in
 * the way. Throws `not_found` for a list that is absent or hidden, `forbidden` for somebody else's, `account_inactive`.
 */
export async function refuseUnlessOwn(
  ctx: Ctx,
  actor: Viewer,
  listId: string,
  outcome: { readonly active: boolean; readonly own: boolean; readonly deleted: boolean },
): Promise<void> {
  if (!outcome.own) return requireOwnList(ctx, actor, listId);
  if (outcome.deleted) throw noSuchList();
  if (!outcome.active) throw inactive();
}

/** Throws `not_found` for a list that is absent or hidden from the actor, `forbidden` for somebody else's. */
export async function requireOwnList(ctx: Ctx, actor: Viewer, listId: string): Promise<void> {
  const { list } = await requireList(ctx, new Viewing(ctx, actor), listId);
  if (list.ownerId !== actor.userId) throw new DomainError("forbidden", "Only its owner may change a list.");
}

export const inactive = (): DomainError => new DomainError("account_inactive", "This account is not active.");
