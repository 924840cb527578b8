import * as z from "zod";

/** A blank var is a mistake, not 0. */
const numeric = z.union([z.number(), z.string().regex(/\S/)]).pipe(z.coerce.number());
const count = (fallback: number) => numeric.pipe(z.int().min(0)).default(fallback);
const atLeastOne = (fallback: number) => numeric.pipe(z.int().min(1)).default(fallback);
const amount = (fallback: number) => numeric.pipe(z.number().min(0)).default(fallback);

/** Every var of wrangler.toml's [vars]; the defaults are those of that file, which says what each is for. */
const limitsSchema = z.object({
  FANOUT_ACTIVE_ONLY_MIN: count(100_000),
  FANOUT_PULL_MIN: count(1_000_000),
  FANOUT_PAGE_SIZE: atLeastOne(500),
  FANOUT_CONCURRENCY: atLeastOne(64),
  FANOUT_BACKLOG_SECONDS: amount(5),
  FANOUT_ACTIVE_MINUTES: amount(15),
  FANOUT_LATER_SECONDS_MAX: amount(120),
  TIMELINE_ENTRIES_MAX: atLeastOne(800),
  TIMELINE_IDLE_DAYS: amount(14),
  TIMELINE_ACTIVE_HOURS: amount(24),
  SEEN_AT_WRITE_SECONDS: amount(3600),
  SEEN_AT_SLACK_SECONDS: amount(60),
  PULL_OVERLAP_SECONDS: amount(600),
  PULL_LIST_CACHE_SECONDS: amount(60),
  FEED_CACHE_SECONDS: amount(30),
  FEED_ENTRIES_MAX: atLeastOne(200),
  FEED_WRITE_INTERVAL_MS: count(1000),
  LIVE_SOCKETS_MAX: atLeastOne(20),
  LIVE_PULL_POLL_SECONDS: atLeastOne(25),
  FOLLOWING_MAX: atLeastOne(5000),
  LIST_MEMBERS_MAX: atLeastOne(5000),
  LISTS_OWNED_MAX: atLeastOne(1000),
  LISTS_PINNED_MAX: atLeastOne(5),
  BOOKMARK_FOLDERS_MAX: atLeastOne(100),
  DEGRADED_AUTHORS_MAX: atLeastOne(100),
  VISIBILITY_CACHE_SECONDS: amount(5),
  CONTENT_CACHE_SECONDS: amount(60),
  CONTENT_CACHE_ENTRIES: count(20_000),
  READ_DEADLINE_MS: atLeastOne(1500),
  BREAKER_FAILURES: atLeastOne(5),
  BREAKER_OPEN_MS: count(5000),
  HEAD_SETTLE_SECONDS: amount(2),
  OUTBOX_SWEEP_AFTER_SECONDS: amount(60),
  OUTBOX_SWEEP_DELAY_MAX_SECONDS: amount(3600),
  IDEMPOTENCY_HOURS: amount(24),
  BODY_BYTES_MAX: atLeastOne(65_536),
  ACCESS_TOKEN_SECONDS: atLeastOne(900),
  REFRESH_TOKEN_DAYS: amount(30),
  REFRESH_REUSE_SECONDS: amount(30),
  PASSWORD_SCRYPT_N: atLeastOne(32_768),
  USERNAME_LENGTH_MIN: atLeastOne(4),
  RATE_LIMIT_SCALE: amount(1),
  CLOCK_OFFSET_SECONDS: numeric.default(0),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error"]).default("info"),
});

export type Limits = Readonly<z.infer<typeof limitsSchema>>;

/** The limits in force. Throws, naming the var, when one is not a number in its range. */
export function parseLimits(vars: object): Limits {
  return limitsSchema.parse(vars);
}

/** Milliseconds a low-tier reader may be away and still be pushed to. */
export const idleWindowMs = (limits: Limits): number => limits.TIMELINE_IDLE_DAYS * 86_400_000;
/** Milliseconds after a stored visit for which a reader counts as here: visits are not written more often. */
export const presentWindowMs = (limits: Limits): number =>
  (limits.SEEN_AT_WRITE_SECONDS + limits.FANOUT_ACTIVE_MINUTES * 60) * 1000;
/** Milliseconds a middle-tier reader may be away and still be pushed to. */
export const activeWindowMs = (limits: Limits): number => limits.TIMELINE_ACTIVE_HOURS * 3_600_000;
