/** Pushes that timelines took in. Objects and Worker share one isolate here, so a module's variable is enough. */
export const pushed = { count: 0, lastAt: 0 };
