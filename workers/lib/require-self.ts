import { DomainError } from "./errors.ts";
import type { Viewer } from "./route.ts";

/** The acting user comes from the token only: a path that names somebody else is refused with `forbidden`. */
export function requireSelf(actor: Viewer, pathUserId: string): void {
  if (actor.userId !== pathUserId)
    throw new DomainError("forbidden", "The id in the path is not that of the token's user.");
}
