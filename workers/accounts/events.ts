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

/** Its owner deleted the account. For good: no version is needed. */
export const accountDeactivated = z.object({ userId: z.string() });
export type AccountDeactivated = z.infer<typeof accountDeactivated>;
export const ACCOUNT_DEACTIVATED = "account-deactivated";
