import { env } from "cloudflare:workers";
import { evictAllDurableObjects } from "cloudflare:test";
import { expect, test } from "vitest";
import type { TimelineEntry } from "../../durable-objects/timeline-entry.ts";
import type { StandingEdge } from "../../durable-objects/timeline-hiding.ts";

const idOf = (number: number): string => String(number).padStart(19, "0");
const [OWNER, FRIEND, OTHER] = [idOf(1), idOf(2), idOf(3)];
const NOW = 5_000;
const RANGE = { before: idOf(9_999), since: idOf(0), count: 10, now: NOW };
const MUTE: StandingEdge = { userId: FRIEND, kind: "muting", state: 1, version: 1, until: NOW + 1 };

const by = (author: string, number: number): TimelineEntry => ({
  id: idOf(number),
  tweetId: idOf(number),
  authorId: author,
  actorId: author,
});
const follows = new Map([FRIEND, OTHER].map((id) => [id, { state: 1 as const, version: 1 }]));

let owners = 0;
/** A timeline whose rebuild has begun, and what ends it. */
async function buildingTimeline() {
  owners += 1;
  const timeline = env.HOME_TIMELINE.getByName(`${OWNER}-${owners}`);
  const cold = await timeline.read(RANGE);
  if (cold.state !== "cold") throw new Error("a new timeline is cold");
  const finish = async (hiding: { standings: StandingEdge[] } = { standings: [] }) => {
    const entries = [by(FRIEND, 103), by(OTHER, 102), by(FRIEND, 101)];
    expect(await timeline.merge({ entries, follows, hiding, basedOn: cold.base, seenAt: NOW })).toBe(true);
  };
  const ids = async (now = NOW) => {
    const home = await timeline.read({ ...RANGE, now });
    return home.state === "ready" ? home.entries.map((entry) => Number(entry.id)) : "cold";
  };
  return { timeline, finish, ids };
}

test("somebody muted is not shown until the mute ends, and comes back then by itself", async () => {
  const { timeline, finish, ids } = await buildingTimeline();
  await finish();
  await timeline.setStanding(MUTE);
  expect(await ids()).toEqual([102]);
  await evictAllDurableObjects();
  expect(await ids(), "as stored").toEqual([102]);
  expect(await ids(NOW + 1)).toEqual([103, 102, 101]);
});

test("a mute or block that comes while a timeline is built is not lost, and an older word does not undo it", async () => {
  const { timeline, finish, ids } = await buildingTimeline();
  await timeline.setStanding({ ...MUTE, version: 3 });
  await timeline.setStanding({ userId: OTHER, kind: "blockedBy", state: 1, version: 1 });
  await finish({ standings: [{ ...MUTE, state: 0, version: 2 }] });
  expect(await ids()).toEqual([]);
  await timeline.setStanding({ ...MUTE, state: 0, version: 2 });
  expect(await ids()).toEqual([]);
  await timeline.setStanding({ ...MUTE, state: 0, version: 4 });
  expect(await ids()).toEqual([103, 101]);
});

test("a rebuild brings what the shards know of blocks, mutes and words", async () => {
  const { timeline, finish, ids } = await buildingTimeline();
  await finish({ standings: [{ userId: OTHER, kind: "blocking", state: 1, version: 7 }] });
  expect(await ids()).toEqual([103, 101]);
  await timeline.setMutedWords({ version: 1, words: { rain: null, wind: NOW } });
  const home = await timeline.read(RANGE);
  expect(home.state === "ready" ? home.mutedWords : null).toEqual(["rain"]);
});

test("a pull author who is hidden is not pulled", async () => {
  const { timeline, finish } = await buildingTimeline();
  await finish();
  const pulled = async () => {
    const home = await timeline.read({ ...RANGE, pullAuthors: [FRIEND, OTHER, idOf(9)] });
    return home.state === "ready" ? home.pulled : [];
  };
  expect(await pulled()).toEqual([FRIEND, OTHER]);
  await timeline.setStanding(MUTE);
  expect(await pulled()).toEqual([OTHER]);
});

test("it says how its owner stands to others, and what it shows from an id on; a cold one says that it cannot", async () => {
  const { timeline, finish } = await buildingTimeline();
  const asked = {
    userIds: [FRIEND, OTHER, idOf(9)],
    tweetIds: [idOf(103), idOf(102), idOf(101)],
    above: idOf(102),
    now: NOW,
  };
  expect(await timeline.check(asked)).toEqual({ state: "cold" });
  await finish();
  await timeline.setStanding(MUTE);
  await timeline.setStanding({ userId: idOf(9), kind: "blockedBy", state: 1, version: 1 });
  const nothing = { following: false, blocking: false, blockedBy: false, muting: false };
  expect(await timeline.check(asked)).toEqual({
    state: "ready",
    standings: {
      [FRIEND]: { ...nothing, following: true, muting: true },
      [OTHER]: { ...nothing, following: true },
      [idOf(9)]: { ...nothing, blockedBy: true },
    },
    held: [idOf(102)],
  });
});
