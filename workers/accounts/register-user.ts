import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { logicalShardOfUsername } from "../lib/shards.ts";
import type { RegisterBody } from "./contract.ts";
import { hashPassword } from "./passwords.ts";
import { newToken, presentSession } from "./sessions.ts";
import { refuseReservedUsername, refuseShortUsername } from "./usernames.ts";
import { recordUser, type NewUser } from "./writer.ts";
import type { NewSession } from "./session-answer.ts";

/** Two isolates rarely mint the same id, and hardly ever twice in a row. */
const MINTS_MAX = 5;

/**
 * A new account with its first session. Throws `unprocessable` for a reserved username, `conflict` for a taken one;
 * then nothing is written.
 */
export async function registerUser(ctx: Ctx, asked: RegisterBody): Promise<NewSession> {
  refuseShortUsername(ctx, asked.username);
  refuseReservedUsername(asked.username);
  const passwordHash = await hashPassword(asked.password, ctx.limits.PASSWORD_SCRYPT_N);
  for (let mints = 0; mints < MINTS_MAX; mints += 1) {
    const user = newUser(ctx, asked, passwordHash);
    const outcome = await recordUser(ctx, user);
    if (outcome === "name_taken") throw usernameTaken(asked.username);
    if (outcome === "recorded") {
      ctx.log.info("user registered", { user_id: user.id });
      return presentSession(ctx, user.token);
    }
  }
  throw new Error(`${MINTS_MAX} ids in a row were taken`);
}

/** The user's shard comes from the name, so that a name finds its shard and is unique there. */
function newUser(ctx: Ctx, asked: RegisterBody, passwordHash: string): NewUser {
  const id = ctx.ids.next(logicalShardOfUsername(asked.username));
  return {
    id,
    username: asked.username,
    name: asked.name ?? asked.username,
    email: asked.email ?? null,
    passwordHash,
    token: newToken(ctx, id),
  };
}

function usernameTaken(username: string): DomainError {
  return new DomainError("conflict", "This username is taken.", [
    { message: "username: is taken", parameters: { username: [username] } },
  ]);
}
