import * as z from "zod";

const ids = z.array(z.string().regex(/^[0-9]{1,19}$/)).min(1);

/** Every message on a live socket, as the object sends it and the app hears it: ids as home has them, newest first. */
export const liveMessage = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("tweets"), ids }),
    z.object({ type: z.literal("gone"), ids }),
    z.object({ type: z.literal("changed") }),
  ])
  .meta({ id: "LiveMessage" });
export type LiveMessage = z.infer<typeof liveMessage>;
