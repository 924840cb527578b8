import * as z from "zod";
import { userAnswer, userAsking, usersAnswer } from "../hydrate/contract.ts";
import { exactText, idField, idListField, textField } from "../lib/fields.ts";
import { operation } from "../lib/route.ts";
import { sessionData } from "./session-answer.ts";

const ACCOUNTS = "Accounts";
const USERS = "Users";
const LOOKUP_MAX = 100;

function distinctWithoutCase(names: readonly string[]): string[] {
  const keys = names.map((one) => one.toLowerCase());
  return names.filter((_, index) => keys.indexOf(keys[index] ?? "") === index);
}

const username = z
  .string()
  .regex(/^[A-Za-z0-9_]{1,15}$/, "must be up to 15 characters of A-Z, a-z, 0-9 and _")
  .meta({ example: "ada_l", minLength: 4 });
const password = textField(8, 256).meta({ format: "password" });
const email = exactText
  .max(254)
  .regex(/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/, "must be an e-mail address")
  .meta({ format: "email" });
const name = textField(1, 50).refine((text) => /\S/.test(text), "must not be blank");
const url = textField(0, 100).refine(
  (text) => text === "" || (/^https?:\/\/[^\s\p{Cc}]+$/iu.test(text) && URL.canParse(text)),
  "must be an http or https URL, or empty",
);

// Lookups take what may once have been a name on X, and log-in takes any text: neither must say more than "not found".
const lookupName = z.string().regex(/^[A-Za-z0-9_]{1,15}$/, "must be 1 to 15 characters of A-Z, a-z, 0-9 and _");
const lookupNames = z
  .string()
  .max(LOOKUP_MAX * 20)
  .transform((raw) => raw.split(",").map((part) => part.trim()))
  .pipe(z.array(lookupName).min(1).max(LOOKUP_MAX))
  .transform(distinctWithoutCase)
  .meta({ type: "string", description: "1 to 100 usernames, separated by commas" });

const refreshToken = z.string().max(200).meta({
  description: "as a session answer gave it; needed, unless `x-session: cookie` is sent: it then is in the cookie",
});
const registerBody = z.object({ username, password, name: name.optional(), email: email.optional() });
const logInBody = z.object({ username: textField(0, 256), password: textField(0, 256) });
// Which of the two it is, a header says: what is missing here is refused by session-cookie.ts.
const refreshBody = z.object({ refresh_token: refreshToken.optional() });
const deleteAccountBody = z.object({ password: textField(0, 256).meta({ format: "password" }) });
const profileBody = z
  .object({ name, description: textField(0, 160), location: textField(0, 30), url, protected: z.boolean() })
  .partial();

export type RegisterBody = z.infer<typeof registerBody>;
export type LogInBody = z.infer<typeof logInBody>;
export type RefreshBody = z.infer<typeof refreshBody>;
export type DeleteAccountBody = z.infer<typeof deleteAccountBody>;
export type EditProfileBody = z.infer<typeof profileBody>;

const sessionAnswer = z.object({ data: sessionData });
const revokedAnswer = z.object({ data: z.object({ revoked: z.literal(true) }) });
const deletedAnswer = z.object({ data: z.object({ deleted: z.literal(true) }) });

/** For every call of `/auth`. */
export const SESSION_HEADER = "x-session";
export const sessionHeader = z.object({
  [SESSION_HEADER]: z.literal("cookie").optional().meta({
    description:
      "for browsers: the refresh token comes and goes as an HttpOnly cookie, which no script can read, not in the body",
  }),
});

export const register = operation({
  method: "post",
  path: "/auth/register",
  id: "register",
  tag: ACCOUNTS,
  summary: "Register an account",
  description: "Usernames are unique without case and do not change. 422 for a reserved one, 409 for a taken one.",
  auth: "none",
  body: registerBody,
  success: { status: 201, description: "The account and its first session", schema: sessionAnswer },
  errors: [409, 413, 415, 422],
});

export const logIn = operation({
  method: "post",
  path: "/auth/login",
  id: "logIn",
  tag: ACCOUNTS,
  summary: "Log in",
  auth: "none",
  body: logInBody,
  success: { status: 200, description: "A new session", schema: sessionAnswer },
  errors: [401, 403, 413, 415],
});

export const refresh = operation({
  method: "post",
  path: "/auth/refresh",
  id: "refreshSession",
  tag: ACCOUNTS,
  summary: "Trade a refresh token for a new session answer",
  description:
    "The token is spent. Used again within 30 seconds it gives a fresh successor (two tabs, a lost answer); later, the " +
    "whole session ends.",
  auth: "none",
  body: refreshBody,
  success: { status: 200, description: "The session, with new tokens", schema: sessionAnswer },
  errors: [401, 403, 413, 415, 429],
});

export const logOut = operation({
  method: "post",
  path: "/auth/logout",
  id: "logOut",
  tag: ACCOUNTS,
  summary: "End a session",
  description: "All refresh tokens of the session end; its access token expires by itself.",
  auth: "none",
  body: refreshBody,
  success: { status: 200, description: "The session has ended, now or before", schema: revokedAnswer },
  errors: [413, 415],
});

export const getMe = operation({
  method: "get",
  path: "/users/me",
  id: "findMyUser",
  tag: USERS,
  summary: "The signed-in user",
  auth: "required",
  query: z.object(userAsking),
  success: { status: 200, description: "The user", schema: userAnswer },
  errors: [403],
});

export const editProfile = operation({
  method: "patch",
  path: "/users/me",
  id: "updateMyProfile",
  tag: USERS,
  summary: "Change the signed-in user's profile",
  description: "Only what is given changes.",
  auth: "required",
  body: profileBody,
  success: { status: 200, description: "The user as it is now", schema: userAnswer },
  errors: [403, 413, 415],
});

export const deleteAccount = operation({
  method: "delete",
  path: "/users/me",
  id: "deleteMyAccount",
  tag: USERS,
  summary: "Delete the signed-in user's account",
  description:
    "Everything of the account is hidden at once, its sessions end, and follows end both ways. The username stays taken. " +
    "403 for a wrong password.",
  auth: "required",
  body: deleteAccountBody,
  success: { status: 202, description: "The account is gone, now or before", schema: deletedAnswer },
  errors: [403, 413, 415],
});

export const getUserByName = operation({
  method: "get",
  path: "/users/by/username/:username",
  id: "findUserByUsername",
  tag: USERS,
  summary: "A user by username",
  auth: "optional",
  params: z.object({ username: lookupName }),
  query: z.object(userAsking),
  success: { status: 200, description: "The user", schema: userAnswer },
  errors: [404],
});

export const getUsersByName = operation({
  method: "get",
  path: "/users/by",
  id: "findUsersByUsername",
  tag: USERS,
  summary: "Users by usernames",
  auth: "optional",
  query: z.object({ usernames: lookupNames, ...userAsking }),
  success: { status: 200, description: "The users, in the order asked; missing ones in `errors`", schema: usersAnswer },
});

export const getUsers = operation({
  method: "get",
  path: "/users",
  id: "findUsersById",
  tag: USERS,
  summary: "Users by ids",
  auth: "optional",
  query: z.object({ ids: idListField, ...userAsking }),
  success: { status: 200, description: "The users, in the order asked; missing ones in `errors`", schema: usersAnswer },
});

export const getUser = operation({
  method: "get",
  path: "/users/:id",
  id: "findUserById",
  tag: USERS,
  summary: "A user by id",
  auth: "optional",
  params: z.object({ id: idField }),
  query: z.object(userAsking),
  success: { status: 200, description: "The user", schema: userAnswer },
  errors: [404],
});

export const operations = [
  register,
  logIn,
  refresh,
  logOut,
  getMe,
  editProfile,
  deleteAccount,
  getUserByName,
  getUsersByName,
  getUsers,
  getUser,
] as const;
