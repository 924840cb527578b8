import { now } from "../state/clock.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });

/** How long ago, in few characters: "now", "5m", "3h", then the day. */
export function sinceThen(then: Date, at: number): string {
  const minutes = Math.floor((at - then.getTime()) / MINUTE_MS);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes}m`;
  if (minutes < DAY_MINUTES) return `${Math.floor(minutes / 60)}h`;
  const sameYear = then.getFullYear() === new Date(at).getFullYear();
  return (sameYear ? day : dayOfYear).format(then);
}

/** A time, short, with the exact one behind it. */
export function Time({ iso, whole = false }: { readonly iso: string; readonly whole?: boolean }) {
  const then = new Date(iso);
  return (
    <time dateTime={iso} title={exact.format(then)}>
      {whole ? exact.format(then) : sinceThen(then, now.value)}
    </time>
  );
}
