import { signal } from "@preact/signals";
import { ApiError, send } from "./send.ts";
import type { SessionAnswer, User } from "./types.ts";

const STORAGE_KEY = "dunlin.viewer";

/**
 * Who is signed in. The refresh token is an HttpOnly cookie: no script, injected or ours, can read it. The access token
 * lives in this module's memory alone, a quarter of an hour at most. Storage holds only who it was, for the next start.
 */
export const viewer = signal<User | null>(readRemembered());

/** Renewed this early, so that a request under way does not outlive its token. */
const EARLY_MS = 20_000;

let held: { readonly text: string; readonly until: number } | null = null;
let renewing: Promise<string | null> | null = null;

/** A good access token; null where nobody is signed in. Throws OfflineError where it cannot be renewed now. */
export async function accessToken(): Promise<string | null> {
  if (viewer.peek() === null) return null;
  if (held !== null && Date.now() < held.until) return held.text;
  renewing ??= renew().finally(() => (renewing = null));
  return renewing;
}

/** Lets go of an access token that was refused. */
export function forgetAccessToken(text: string): void {
  if (held?.text === text) held = null;
}

/** Starts a session with what log-in, registration or a renewal answered. */
export function beginSession({ data }: SessionAnswer): void {
  held = { text: data.access_token, until: Date.now() + data.expires_in * 1000 - EARLY_MS };
  setViewer(data.user);
}

/** Notes the signed-in user as the server last told of them; null signs out. */
export function setViewer(user: User | null): void {
  if (user === null) held = null;
  viewer.value = user;
  try {
    if (user === null) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, JSON.stringify(user));
  } catch {
    // without storage the next start asks again
  }
}

async function renew(): Promise<string | null> {
  try {
    beginSession(await send<SessionAnswer>("/auth/refresh", { method: "POST", body: {}, cookie: true }, null));
    return held?.text ?? null;
  } catch (error) {
    const over = error instanceof ApiError && (error.status === 401 || error.status === 403);
    if (!over) throw error;
    setViewer(null);
    return null;
  }
}

function readRemembered(): User | null {
  try {
    const user: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "null");
    return typeof Reflect.get(Object(user), "id") === "string" ? (user as User) : null;
  } catch {
    return null;
  }
}

// Another tab signed in or out: this one follows, so that nobody posts as who they no longer are.
addEventListener("storage", (event) => {
  if (event.key !== STORAGE_KEY) return;
  const user = readRemembered();
  if (user?.id !== viewer.peek()?.id) {
    held = null;
    viewer.value = user;
  }
});
