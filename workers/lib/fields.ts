import * as z from "zod";
import { parseId } from "./snowflake.ts";

/** zod pieces that many contracts share. */

/** An id from outside: 1–19 decimal digits up to 2^63 − 1; inside it is padded to 19. */
export const idField = z
  .string()
  .max(64)
  .transform((raw, context) => {
    const id = parseId(raw);
    if (id !== null) return id;
    context.addIssue({
      code: "custom",
      message: "must be a decimal id of 1 to 19 digits, at most 9223372036854775807",
    });
    return z.NEVER;
  })
  .meta({ type: "string", pattern: "^[0-9]{1,19}$", example: "1990000000000000000" });

/** A comma-separated list of 1–100 distinct ids, in the order given. */
export const idListField = z
  .string()
  .max(100 * 20)
  .transform((raw) => raw.split(",").map((part) => part.trim()))
  .pipe(z.array(idField).min(1).max(100))
  .transform((ids) => [...new Set(ids)])
  .meta({ type: "string", description: "1 to 100 ids, separated by commas" });

/** Text that survives UTF-8 and SQL text exactly: no lone surrogates, no NUL. */
export const exactText = z
  .string()
  .refine((text) => text.isWellFormed() && !text.includes("\u0000"), "must be well-formed Unicode without NUL");

/** Exact text of `least` to `most` characters, an emoji being one; JavaScript's own length would count it twice. */
export function textField(least: number, most: number) {
  const fits = (text: string) => {
    const { length } = [...text];
    return length >= least && length <= most;
  };
  const limits = least > 0 ? { minLength: least, maxLength: most } : { maxLength: most };
  return exactText.refine(fits, `must be ${least} to ${most} characters long`).meta(limits);
}

/** A date-time in ISO 8601; inside it is Unix milliseconds. */
export const timeField = z
  .string()
  .max(40)
  .pipe(z.iso.datetime({ offset: true }))
  .transform((text) => Date.parse(text))
  .meta({ type: "string", format: "date-time" });

/** Asked-for names out of a comma-separated list; unknown ones are refused with what is allowed. */
export function nameListField<const N extends string>(allowed: readonly N[]) {
  return z
    .string()
    .max(2000)
    .transform((raw) =>
      raw
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(z.enum(allowed as readonly [N, ...N[]])))
    .meta({ type: "string", description: `comma-separated: ${allowed.join(", ")}` });
}

/** `max_results`, 20 unless asked. */
export function maxResultsField(most: number, fallback = 20, least = 1) {
  const message = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .refine((raw) => /^[0-9]{1,6}$/.test(raw), message)
    .transform(Number)
    .pipe(z.number().min(least, message).max(most, message))
    .default(fallback)
    .meta({ override: { type: "integer", minimum: least, maximum: most, default: fallback } });
}
