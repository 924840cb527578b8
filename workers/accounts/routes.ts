import { Hono } from "hono";
import { handle, type AppEnv } from "../lib/route.ts";
import * as contract from "./contract.ts";
import { editProfile } from "./edit-profile.ts";
import { logIn } from "./log-in.ts";
import { logOut } from "./log-out.ts";
import { lookUpMe, lookUpUser, lookUpUserByName, lookUpUsers, lookUpUsersByName } from "./look-up-users.ts";
import { refreshSession } from "./refresh-session.ts";
import { registerUser } from "./register-user.ts";

const app = new Hono<AppEnv>();

handle(app, contract.register, async ({ ctx, body }, c) => c.json({ data: await registerUser(ctx, body) }, 201));

handle(app, contract.logIn, async ({ ctx, body }, c) => c.json({ data: await logIn(ctx, body) }));

handle(app, contract.refresh, async ({ ctx, body }, c) => c.json({ data: await refreshSession(ctx, body) }));

handle(app, contract.logOut, async ({ ctx, body }, c) => {
  await logOut(ctx, body);
  return c.json({ data: { revoked: true } });
});

// The fixed paths come before `/users/:id`, which would take them.
handle(app, contract.getMe, async ({ ctx, actor, query }, c) => c.json({ data: await lookUpMe(ctx, actor, query) }));

handle(app, contract.editProfile, async ({ ctx, actor, body }, c) =>
  c.json({ data: await editProfile(ctx, actor, body) }),
);

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
