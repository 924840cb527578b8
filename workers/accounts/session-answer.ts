import * as z from "zod";
import { userObject } from "../hydrate/contract.ts";

/** A session on the wire, in a file of its own: the app takes its type from here, and nothing else of the Worker with it. */
export const sessionData = z
  .object({
    user: userObject,
    access_token: z.string().meta({ description: "a JWT: send it as `authorization: Bearer …`" }),
    refresh_token: z.string().optional().meta({
      description: "opaque; good once, for `/auth/refresh`; with `x-session: cookie` it is in the cookie instead",
    }),
    token_type: z.literal("bearer"),
    expires_in: z.number().int().meta({ description: "seconds the access token is good for" }),
  })
  .meta({ id: "Session" });
export type SessionData = z.infer<typeof sessionData>;
/** Before it is decided how the refresh token travels. */
export type NewSession = SessionData & { readonly refresh_token: string };
