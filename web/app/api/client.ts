import { accessToken, forgetAccessToken } from "./tokens.ts";
import { ApiError, send, type Question } from "./send.ts";

export { ApiError, OfflineError } from "./send.ts";

/**
 * Asks the API under /2 as whoever is signed in. An access token that ran out is renewed, once.
 * @returns the answer's JSON. Throws ApiError for every refusal, OfflineError where nothing answered.
 */
export async function ask<T>(path: string, question: Question = {}): Promise<T> {
  const token = await accessToken();
  try {
    return await send<T>(path, question, token);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401 || token === null) throw error;
    forgetAccessToken(token);
    return send<T>(path, question, await accessToken());
  }
}

/** Why something failed, for a person to read. */
export function reasonOf(error: unknown): string {
  if (error instanceof Error && error.message !== "") return error.message;
  return "Something went wrong. Try again.";
}
