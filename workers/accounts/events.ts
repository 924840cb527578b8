import * as z from "zod";

/** The room's public voice. */
export const protectionChanged = z.object({
  userId: z.string(),
  protected: z.boolean(),
  /** Raised by every change; only a higher one than what is stored is applied. */
  version: z.number().int(),
});
export type ProtectionChanged = z.infer<typeof protectionChanged>;
export const PROTECTION_CHANGED = "protection-changed";
