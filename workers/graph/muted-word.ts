import * as z from "zod";

/** A muted word on the wire, in a file of its own: the app takes its type from here, and nothing else of the Worker with it. */
export const mutedWord = z
  .object({
    word: z.string().meta({ description: "lower-cased" }),
    expires_at: z.iso.datetime().optional(),
  })
  .meta({ id: "MutedWord" });
export type MutedWord = z.infer<typeof mutedWord>;
