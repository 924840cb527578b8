import { Hono } from "hono";
import { DomainError } from "../lib/errors.ts";
import { handle, type AppEnv } from "../lib/route.ts";
import * as contract from "./contract.ts";
import { deleteAccount } from "./delete-account.ts";
import { editProfile } from "./edit-profile.ts";
import { logIn } from "./log-in.ts";
import { logOut } from "./log-out.ts";
import { lookUpMe, lookUpUser, lookUpUserByName, lookUpUsers, lookUpUsersByName } from "./look-up-users.ts";
import { notGood, refreshSession } from "./refresh-session.ts";
import { registerUser } from "./register-user.ts";
import { dropCookie, handOver, refreshTokenOf, usesCookie } from "./session-cookie.ts";

const app = new Hono<AppEnv>();

// A header that asks for what there is not is refused before anything is done.
handle(app, contract.register, async ({ ctx, body }, c) => {
  usesCookie(c);
  return c.json({ data: handOver(c, await registerUser(ctx, body)) }, 201);
});

handle(app, contract.logIn, async ({ ctx, body }, c) => {
  usesCookie(c);
  return c.json({ data: handOver(c, await logIn(ctx, body)) });
});

handle(app, contract.refresh, async ({ ctx, body }, c) => {
  const token = refreshTokenOf(c, body);
  try {
    if (token === null) throw notGood();
    return c.json({ data: handOver(c, await refreshSession(ctx, token)) });
  } catch (error) {
    // What is refused for good is of no more use; where a store did not answer, the next try may be taken.
    const isOver = error instanceof DomainError && ["invalid_token", "account_inactive"].includes(error.code);
    if (isOver) dropCookie(c);
    throw error;
  }
});

handle(app, contract.logOut, async ({ ctx, body }, c) => {
  const token = refreshTokenOf(c, body);
  if (token !== null) await logOut(ctx, token);
  dropCookie(c);
  return c.json({ data: { revoked: true } });
});

// The fixed paths come before `/users/:id`, which would take them.
handle(app, contract.getMe, async ({ ctx, actor, query }, c) => c.json({ data: await lookUpMe(ctx, actor, query) }));

handle(app, contract.editProfile, async ({ ctx, actor, body }, c) =>
  c.json({ data: await editProfile(ctx, actor, body) }),
);

handle(app, contract.deleteAccount, async ({ ctx, actor, body }, c) => {
  await deleteAccount(ctx, actor, body);
  return c.json({ data: { deleted: true } }, 202);
});

handle(app, contract.getUserByName, async ({ ctx, viewer, params, query }, c) =>
  c.json({ data: await lookUpUserByName(ctx, viewer, params.username, query) }),
);

handle(app, contract.getUsersByName, async ({ ctx, viewer, query }, c) =>
  c.json(await lookUpUsersByName(ctx, viewer, query.usernames, query)),
);

handle(app, contract.getUsers, async ({ ctx, viewer, query }, c) =>
  c.json(await lookUpUsers(ctx, viewer, query.ids, query)),
);

handle(app, contract.getUser, async ({ ctx, viewer, params, query }, c) =>
  c.json({ data: await lookUpUser(ctx, viewer, params.id, query) }),
);

export default app;
