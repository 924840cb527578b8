import { signal } from "@preact/signals";

/** Now, in Unix milliseconds, moving once in half a minute: what relative times are told by. */
export const now = signal(Date.now());

setInterval(() => (now.value = Date.now()), 30_000);
