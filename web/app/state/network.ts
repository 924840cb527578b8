import { signal } from "@preact/signals";

/** False from a request that nothing answered, or the browser's word, until one is answered again. */
export const online = signal(navigator.onLine);

addEventListener("online", () => (online.value = true));
addEventListener("offline", () => (online.value = false));
