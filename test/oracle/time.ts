import { vi } from "vitest";

/**
 * The clock of a run: isolates, Durable Objects and their alarms all read it, and it stands still between steps, so a
 * run can be repeated exactly. Only Date is taken over; timers stay real.
 */
const FIRST_RUN_AT = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;
let runs = 0;

/** Starts at another hour in each run: ids carry the time, and Durable Objects of earlier runs are still there. */
export function stopTheClock(): void {
  runs += 1;
  vi.useFakeTimers({ toFake: ["Date"], now: FIRST_RUN_AT + runs * HOUR_MS });
}

export function passTime(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

export function releaseTheClock(): void {
  vi.useRealTimers();
}
