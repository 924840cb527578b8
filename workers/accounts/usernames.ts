import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { isReservedName } from "../lib/reserved-names.ts";

/** Throws `invalid_request` for a name shorter than USERNAME_LENGTH_MIN. */
export function refuseShortUsername(ctx: Ctx, username: string): void {
  const least = ctx.limits.USERNAME_LENGTH_MIN;
  if (username.length >= least) return;
  const message = `username: must be ${least} to 15 characters of A-Z, a-z, 0-9 and _`;
  throw new DomainError("invalid_request", message, [{ message, parameters: { username: [] } }]);
}

/** Throws `unprocessable` for a name that the service keeps for itself. */
export function refuseReservedUsername(username: string): void {
  if (!isReservedName(username)) return;
  throw new DomainError("unprocessable", "This username is reserved: a page of the service has that address.", [
    { message: "username: is reserved", parameters: { username: [username] } },
  ]);
}
