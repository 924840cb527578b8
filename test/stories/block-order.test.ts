import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { CapturedMessage } from "../support/captured-queues.ts";
import { answer, blocks, countsOf, follow, idsOf, protects, standing, unblocks } from "../support/graph.ts";
import { rowsAt } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

vi.setConfig({ testTimeout: 240_000 });

/** Two people, each of whom does things to the other, while events between their shards come late, twice and in any order. */
type Side = 0 | 1;
type Step =
  | { readonly act: "follow" | "unfollow" | "block" | "unblock" | "approve" | "refuse"; readonly by: Side }
  /** Blocks and unblocks: what has to end ends, though nothing may stand any more when the first event comes. */
  | { readonly act: "flash"; readonly by: Side }
  | { readonly act: "protect"; readonly by: Side; readonly on: boolean }
  /** Delivers one of the waiting messages, which then waits on where `again`. */
  | { readonly act: "deliver"; readonly which: number; readonly again: boolean }
  /** Delivers all that waits. */
  | { readonly act: "settle"; readonly keys: readonly number[] };

const by = fc.constantFrom<Side>(0, 1);
const keys = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 12 });
const doing = <A extends string>(weight: number, ...acts: readonly [A, ...A[]]) => ({
  weight,
  arbitrary: fc.record({ act: fc.constantFrom(...acts), by }),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  doing(6, "follow"),
  doing(5, "approve", "refuse"),
  doing(2, "unfollow"),
  doing(3, "block", "unblock"),
  doing(2, "flash"),
  { weight: 1, arbitrary: fc.record({ act: fc.constant("protect" as const), by, on: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ act: fc.constant("deliver" as const), which: fc.nat({ max: 20 }), again: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("settle" as const), keys }) },
);

/** What one of the two has of the other, said plainly: every act counts at once, an answer when it arrives. */
interface Mine {
  follow: "none" | "follows" | "asked";
  /** Which of this side's requests waits or waited last. */
  request: number;
  blocks: boolean;
  protected: boolean;
}
const other = (side: Side): Side => (side === 0 ? 1 : 0);

class Model {
  readonly sides: readonly [Mine, Mine] = [fresh(), fresh()];
  /** By side: the version that the stored request has -> which request that is. */
  readonly requests = [new Map<number, number>(), new Map<number, number>()] as const;

  follow(side: Side): 200 | 403 {
    const mine = this.sides[side];
    const theirs = this.sides[other(side)];
    if (mine.blocks || theirs.blocks) return 403;
    if (mine.follow === "none" && theirs.protected) {
      mine.follow = "asked";
      mine.request += 1;
    } else if (!theirs.protected) mine.follow = "follows";
    return 200;
  }

  block(side: Side): void {
    this.sides[side].blocks = true;
    for (const mine of this.sides) mine.follow = "none";
  }

  /** An answer reaches the one who asked. */
  answered(side: Side, version: number, approved: boolean): void {
    const mine = this.sides[side];
    if (mine.follow === "asked" && this.requests[side].get(version) === mine.request)
      mine.follow = approved ? "follows" : "none";
  }
}
const fresh = (): Mine => ({ follow: "none", request: 0, blocks: false, protected: false });

class Play {
  readonly world: World;
  readonly people: readonly [Person, Person];
  readonly model = new Model();

  constructor(world: World, people: readonly [Person, Person]) {
    this.world = world;
    this.people = people;
  }

  async take(one: Step): Promise<void> {
    if (one.act === "deliver") return await this.deliverOne(one.which, one.again);
    if (one.act === "settle") return await this.settle(one.keys);
    const me = this.people[one.by];
    const them = this.people[other(one.by)];
    const mine = this.model.sides[one.by];
    switch (one.act) {
      case "follow":
        return await this.follow(one.by);
      case "unfollow":
        mine.follow = "none";
        return await me.unfollows(them);
      case "block":
        this.model.block(one.by);
        return await blocks(me, them);
      case "unblock":
        mine.blocks = false;
        return await unblocks(me, them);
      case "flash":
        this.model.block(one.by);
        mine.blocks = false;
        await blocks(me, them);
        return await unblocks(me, them);
      case "protect":
        return await this.protect(one.by, one.on);
      default:
        // Whether a request is known there yet depends on what was delivered: the answer counts when it arrives.
        expect([200, 404]).toContain((await answer(me, them, one.act)).status);
    }
  }

  async protect(side: Side, on: boolean): Promise<void> {
    this.model.sides[side].protected = on;
    await protects(this.people[side], on);
  }

  private async follow(side: Side): Promise<void> {
    const me = this.people[side];
    const them = this.people[other(side)];
    const expected = this.model.follow(side);
    const response = await follow(me, them);
    expect(response.status).toBe(expected);
    if (expected === 403) return;
    const state = this.model.sides[side].follow;
    expect(await response.json()).toEqual({
      data: { following: state === "follows", pending_follow: state === "asked" },
    });
    const [edge] = await rowsAt<{ version: number }>(
      this.world,
      me.id,
      "SELECT version FROM following WHERE follower_id = ? AND followee_id = ?",
      me.id.padStart(19, "0"),
      them.id.padStart(19, "0"),
    );
    if (state === "asked") this.model.requests[side].set(edge?.version ?? 0, this.model.sides[side].request);
  }

  private async deliverOne(which: number, again: boolean): Promise<void> {
    const waiting = this.world.queue.messages;
    const chosen = waiting[which % Math.max(1, waiting.length)];
    if (chosen !== undefined) await this.deliver(chosen, again);
  }

  private async deliver(chosen: CapturedMessage, again: boolean): Promise<void> {
    const rest = this.world.queue.messages.filter((message) => message !== chosen);
    this.learn(chosen);
    this.world.queue.messages = [{ ...chosen, attempts: 0 }];
    await this.world.drain({ batches: 1 });
    const repeats = again && chosen.repeats < 2 ? [{ ...chosen, repeats: chosen.repeats + 1 }] : [];
    this.world.queue.messages = [...rest, ...repeats, ...this.world.queue.messages];
  }

  private learn(message: CapturedMessage): void {
    const { kind, payload } = message.body as {
      kind: string;
      payload: { requesterId: string; version: number; approved: boolean };
    };
    if (kind !== "follow-answered") return;
    const side = BigInt(payload.requesterId) === BigInt(this.people[0].id) ? 0 : 1;
    this.model.answered(side, payload.version, payload.approved);
  }

  /** Delivers all that is left, in the order that `keys` give. */
  async settle(keys: readonly number[]): Promise<void> {
    for (let index = 0; this.world.queue.messages.length > 0; index += 1) {
      const key = keys[index % keys.length] ?? 0;
      await this.deliverOne(key, key % 3 === 0);
    }
  }

  async check(): Promise<void> {
    for (const side of [0, 1] as const) {
      const me = this.people[side];
      const them = this.people[other(side)];
      const mine = this.model.sides[side];
      const theirs = this.model.sides[other(side)];
      expect(await standing(me, them)).toEqual({
        following: mine.follow === "follows",
        requested: mine.follow === "asked",
        followed_by: theirs.follow === "follows",
        blocking: mine.blocks,
        blocked_by: theirs.blocks,
        muting: false,
      });
      expect(await countsOf(me)).toEqual({
        following: mine.follow === "follows" ? 1 : 0,
        followers: theirs.follow === "follows" ? 1 : 0,
      });
      expect(await idsOf(me, `/2/users/${me.id}/followers`)).toEqual(theirs.follow === "follows" ? [them.id] : []);
      expect(await idsOf(me, `/2/users/${me.id}/follow_requests`)).toEqual(theirs.follow === "asked" ? [them.id] : []);
      expect(await idsOf(me, `/2/users/${me.id}/blocking`)).toEqual(mine.blocks ? [them.id] : []);
      const blocked = mine.blocks || theirs.blocks;
      expect(blocked && mine.follow !== "none", "nobody follows where a block stands").toBe(false);
    }
  }
}

test("follows, blocks, requests and answers between two shards end as a plain model says, counts exact, whatever order and however often events come", async () => {
  const world = await newWorld();
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(fc.boolean(), fc.boolean()),
      fc.array(step, { minLength: 2, maxLength: 16 }),
      keys,
      async (locked, steps, last) => {
        world.queue.loseAll();
        const people = [await world.register("ann", { shard: 0 }), await world.register("ben", { shard: 1 })] as const;
        const play = new Play(world, people);
        for (const side of [0, 1] as const) if (locked[side]) await play.protect(side, true);
        for (const one of steps) await play.take(one);
        await play.settle(last);
        await play.check();
        const end = play.model.sides.map((mine) => `${mine.follow}${mine.blocks ? "+blocks" : ""}`).join(" ");
        ends.set(end, (ends.get(end) ?? 0) + 1);
      },
    ),
    { numRuns: 120 },
  );
  const met = [...ends.keys()].join("\n");
  for (const end of ["follows", "asked", "+blocks"]) expect(met, "every kind of end was met").toContain(end);
});
