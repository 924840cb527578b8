import type { Page, Route } from "playwright-core";

/** Answers to writes that the page must wait for. */
export interface Held {
  /** How many requests wait. */
  readonly waiting: () => number;
  /** Sends them on, and all later ones at once. */
  readonly letGo: () => Promise<void>;
}

/** Holds requests to addresses like `pattern` before they reach the server. */
export async function held(page: Page, pattern: string): Promise<Held> {
  const waiting: Route[] = [];
  await page.route(pattern, (route) => void waiting.push(route));
  return {
    waiting: () => waiting.length,
    letGo: async () => {
      const answered = waiting.map((route) =>
        page.waitForResponse((response) => response.request() === route.request()),
      );
      await Promise.all(waiting.map((route) => route.continue()));
      await Promise.all(answered);
      await page.unroute(pattern);
    },
  };
}
