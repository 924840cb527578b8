import { env } from "cloudflare:workers";
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { HomeTimeline } from "../../durable-objects/home-timeline.ts";
import { liveUrl } from "../../durable-objects/live-opening.ts";
import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import { entryAt, FRIENDS, idOf, OWNER, STRANGER } from "../support/home-lines.ts";
import { Listener } from "../support/live.ts";

/**
 * What a page is told must be enough: one that puts in what came, takes out what is gone, and reads again only where home
 * has changed otherwise, shows what home shows, after each thing that happens, whatever the order.
 */
const POSTS = 40;
const EVERYTHING = { before: "9".repeat(19), since: "0".repeat(19), count: 10_000, now: 1_000 };

const ALL = Array.from({ length: POSTS }, (_, number) => entryAt(number));
const entryOf = (id: string): TimelineEntry => {
  const entry = ALL.find((one) => one.id === id);
  if (entry === undefined) throw new Error(`told of ${id}, which is no line of home`);
  return entry;
};

type Step =
  | { readonly kind: "push"; readonly entries: readonly TimelineEntry[] }
  | { readonly kind: "remove"; readonly id: string }
  | { readonly kind: "follow"; readonly author: string }
  | { readonly kind: "hide"; readonly userId: string; readonly how: "blocking" | "muting" }
  | { readonly kind: "evict" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(fc.constantFrom(...ALL), { minLength: 1, maxLength: 4 })
      .map((entries): Step => ({ kind: "push", entries })),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...ALL.map(({ id }) => id), ...[900, 901, 902].map(idOf))
      .map((id): Step => ({ kind: "remove", id })),
  },
  { weight: 2, arbitrary: fc.constantFrom(...FRIENDS).map((author): Step => ({ kind: "follow", author })) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("hide" as const),
      userId: fc.constantFrom(...FRIENDS, STRANGER),
      how: fc.constantFrom("blocking" as const, "muting" as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "evict" }) },
);

/** A timeline that follows all friends, and a page that listens to it. */
async function begin(): Promise<{ timeline: DurableObjectStub<HomeTimeline>; page: Listener }> {
  const timeline = env.HOME_TIMELINE.getByName(OWNER);
  await runInDurableObject(timeline, (_home: HomeTimeline, state) => state.storage.deleteAll());
  await evictDurableObject(timeline, { webSockets: "close" });
  const { base: basedOn } = await timeline.read(EVERYTHING);
  const follows = new Map(FRIENDS.map((author) => [author, { state: 1 as const, version: 1 }]));
  await timeline.merge({ entries: [], follows, basedOn });
  const { webSocket } = await timeline.fetch(liveUrl(8.64e15), { headers: { upgrade: "websocket" } });
  if (webSocket === null) throw new Error("no socket");
  return { timeline, page: new Listener(webSocket) };
}

async function homeOf(timeline: DurableObjectStub<HomeTimeline>): Promise<string[]> {
  const home = (await timeline.read(EVERYTHING)) as { entries?: readonly TimelineEntry[] };
  return (home.entries ?? []).map(({ id }) => id);
}

/** Does one step as the Worker does; each edge is turned on and off in turn. */
async function take(timeline: DurableObjectStub<HomeTimeline>, one: Step, version: number): Promise<void> {
  if (one.kind === "push") await timeline.push({ entries: one.entries, now: EVERYTHING.now });
  if (one.kind === "remove") await timeline.remove({ tweetIds: [one.id] });
  if (one.kind === "evict") await evictDurableObject(timeline);
  const state = version % 2 === 0 ? 0 : 1;
  if (one.kind === "hide") await timeline.setStanding({ userId: one.userId, kind: one.how, state, version });
  if (one.kind !== "follow") return;
  const wanted = await timeline.setFollow({ authorId: one.author, state, version });
  const entries = ALL.filter(({ actorId }, at) => actorId === one.author && at % 2 === 0);
  if (wanted !== null) await timeline.merge({ entries, basedOn: wanted.base });
}

/** What came goes in at its place; a tweet stands once, at its newest. */
function putIn(shown: readonly string[], ids: readonly string[]): string[] {
  const newest = new Map<string, string>();
  for (const id of [...shown, ...ids].sort().reverse()) {
    const { tweetId } = entryOf(id);
    if (!newest.has(tweetId)) newest.set(tweetId, id);
  }
  return [...newest.values()];
}

test("a page that does as it is told shows what home shows, and is told to read again only by what others cannot say", async () => {
  const heard = { tweets: 0, gone: 0, changed: 0, steps: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 50 }), async (steps) => {
      const { timeline, page } = await begin();
      let shown: string[] = [];
      for (const [at, one] of steps.entries()) {
        await take(timeline, one, at + 2);
        const home = await homeOf(timeline);
        const messages = await page.heard();
        for (const message of messages) {
          heard[message.type] += 1;
          if (message.type === "tweets") shown = putIn(shown, message.ids);
          else if (message.type === "gone") shown = shown.filter((id) => !message.ids.includes(id));
          else shown = home;
        }
        expect(shown, `after ${JSON.stringify(one)}, told ${JSON.stringify(messages)}`).toEqual(home);
        if (one.kind === "push") expect(messages.some(({ type }) => type === "changed")).toBe(false);
        expect(messages.length, "one message, and one more where the tweet is further down").toBeLessThan(3);
        heard.steps += 1;
      }
    }),
    { numRuns: 60, interruptAfterTimeLimit: 15_000 },
  );
  for (const type of ["tweets", "gone", "changed"] as const)
    expect(heard[type], type).toBeGreaterThan(heard.steps / 60);
});
