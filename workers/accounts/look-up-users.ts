import type { Asked, PartialError, UserObject } from "../hydrate/contract.ts";
import { notFound } from "../hydrate/present.ts";
import { hydrateUsers } from "../hydrate/users.ts";
import { Viewing } from "../hydrate/viewing.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import type { Viewer } from "../lib/route.ts";
import { unpadId } from "../lib/snowflake.ts";
import { readUserIdsByUsername } from "./reader.ts";
import { accountInactive } from "./sessions.ts";

/** Users found, in the order asked, and an error for each that was not. */
interface Found {
  data?: UserObject[];
  errors?: PartialError[];
  meta?: { result_count: number };
}

/** The actor's own account. Throws `account_inactive`. */
export async function lookUpMe(ctx: Ctx, actor: Viewer, asked: Asked): Promise<UserObject> {
  const user = (await hydrateUsers(ctx, new Viewing(ctx, actor), [actor.userId], asked)).get(actor.userId);
  if (user === undefined) throw accountInactive();
  return user;
}

/** The user with `id`. Throws `not_found`. */
export async function lookUpUser(ctx: Ctx, viewer: Viewer | null, id: string, asked: Asked): Promise<UserObject> {
  const user = (await hydrateUsers(ctx, new Viewing(ctx, viewer), [id], asked)).get(id);
  if (user === undefined) throw absent("id", unpadId(id));
  return user;
}

/** The user called `username`, in any case. Throws `not_found`. */
export async function lookUpUserByName(
  ctx: Ctx,
  viewer: Viewer | null,
  username: string,
  asked: Asked,
): Promise<UserObject> {
  const user = (await usersByName(ctx, viewer, [username], asked)).get(username);
  if (user === undefined) throw absent("username", username);
  return user;
}

/** The users with `ids`; one that is not there is an item of `errors`. */
export async function lookUpUsers(
  ctx: Ctx,
  viewer: Viewer | null,
  ids: readonly string[],
  asked: Asked,
): Promise<Found> {
  const users = await hydrateUsers(ctx, new Viewing(ctx, viewer), ids, asked);
  return found(
    "ids",
    ids.map((id) => ({ value: unpadId(id), user: users.get(id) })),
  );
}

/** The users called `usernames`; one that is not there is an item of `errors`. */
export async function lookUpUsersByName(
  ctx: Ctx,
  viewer: Viewer | null,
  usernames: readonly string[],
  asked: Asked,
): Promise<Found> {
  const users = await usersByName(ctx, viewer, usernames, asked);
  return found(
    "usernames",
    usernames.map((name) => ({ value: name, user: users.get(name) })),
  );
}

async function usersByName(
  ctx: Ctx,
  viewer: Viewer | null,
  usernames: readonly string[],
  asked: Asked,
): Promise<Map<string, UserObject>> {
  const ids = await readUserIdsByUsername(ctx, usernames);
  const users = await hydrateUsers(ctx, new Viewing(ctx, viewer), [...ids.values()], asked);
  const named = new Map<string, UserObject>();
  for (const name of usernames) {
    const user = users.get(ids.get(name.toLowerCase()) ?? "");
    if (user !== undefined) named.set(name, user);
  }
  return named;
}

function found(
  parameter: "ids" | "usernames",
  items: readonly { readonly value: string; readonly user: UserObject | undefined }[],
): Found {
  const data = items.flatMap(({ user }) => (user === undefined ? [] : [user]));
  const errors = items.flatMap(({ value, user }) => (user === undefined ? [notFound("user", value, parameter)] : []));
  return {
    // An empty list has no `data`, only its count: so X's clients expect it.
    ...(data.length > 0 ? { data } : { meta: { result_count: 0 } }),
    ...(errors.length > 0 ? { errors } : {}),
  };
}

function absent(parameter: "id" | "username", value: string): DomainError {
  const { detail } = notFound("user", value, parameter);
  return new DomainError("not_found", detail, [{ message: detail, parameters: { [parameter]: [value] } }]);
}
