import type { Person } from "../support/person.ts";
import * as acts from "./acts-people.ts";
import { readHome } from "./checks.ts";
import type { Step } from "./plan.ts";
import { WORDS } from "./rules.ts";
import type { Run } from "./run.ts";
import { meets, meetsFollowed } from "./steps-meet.ts";

const MINUTE = 60_000;
/** Mutes end by themselves after so long, or never. */
const MUTE_MINUTES = [null, null, null, 2, 30, 5 * 60, 30 * 60];

async function follow(run: Run, follower: Person, followee: Person, what: string): Promise<void> {
  if (follower.id === followee.id) return;
  meets(run, what, [followee.id]);
  await acts.follow(run, follower, followee);
}

async function unfollow(run: Run, follower: Person, followee: Person, what = "unfollow"): Promise<void> {
  meets(run, what, [followee.id]);
  await acts.unfollow(run, follower, followee);
}

const follows = (run: Run, one: Person, other: Person): boolean => run.model.user(one.id).follows.has(other.id);

/** Ends a follow, or withdraws a request. */
async function unfollowOne(run: Run, { who }: Step): Promise<void> {
  const followee = run.person(who);
  const asking = run.people.filter((one) => run.model.user(one.id).asks.has(followee.id));
  const requester = run.upTo(1) === 0 ? run.pick(asking) : undefined;
  if (requester !== undefined) return unfollow(run, requester, followee, "withdraw request");
  const follower = run.pick(run.people.filter((one) => follows(run, one, followee)));
  if (follower !== undefined) await unfollow(run, follower, followee);
}

async function refollowOne(run: Run, { who }: Step): Promise<void> {
  const followee = run.person(who);
  const before = run.people.filter((one) => run.model.user(one.id).everFollowed.has(followee.id));
  const back = before.filter((one) => !follows(run, one, followee));
  const follower = run.pick(back.length > 0 ? back : before);
  if (follower === undefined) return;
  if (back.length === 0) await unfollow(run, follower, followee);
  await follow(run, follower, followee, "refollow");
}

/** Several begin or cease to follow a star, so that the thresholds are crossed. */
async function swing(run: Run, star: Person, up: boolean): Promise<void> {
  meets(run, up ? "many follow" : "many unfollow", [star.id]);
  // A star opens up for its crowd.
  if (up && run.model.user(star.id).protected) await acts.protect(run, star, false);
  const others = run.people.filter((one) => one.id !== star.id && follows(run, one, star) !== up);
  const all = up && run.upTo(1) === 0;
  for (const one of others.slice(0, all ? others.length : 1 + run.upTo(3))) {
    if (up) await follow(run, one, star, "follow");
    else await unfollow(run, one, star);
  }
  if (run.upTo(2) > 0) await run.deliver();
}

/** Now and then whoever acts looks at home at once. */
async function readBack(run: Run, actor: Person): Promise<void> {
  if (run.upTo(1) === 0) await readHome(run, run.anywhere(actor), { max_results: 20 });
}

async function blockOne(run: Run, { who, other }: Step): Promise<void> {
  // As often the star blocks as is blocked.
  const [one, two] = [run.person(who), run.person(50 + (other % 50))];
  const [blocker, blocked] = run.upTo(1) === 0 ? [one, two] : [two, one];
  if (blocker.id === blocked.id) return;
  meets(run, "block", [blocker.id, blocked.id]);
  await acts.block(run, blocker, blocked);
  await readBack(run, blocker);
}

async function unblockOne(run: Run): Promise<void> {
  const blockers = run.people.filter((one) => run.model.user(one.id).blocks.size > 0);
  const blocker = run.pick(blockers);
  if (blocker === undefined) return;
  const id = run.pick([...run.model.user(blocker.id).blocks]);
  if (id === undefined) return;
  const blocked = run.personOf(id);
  meets(run, "unblock", [blocker.id, blocked.id]);
  await acts.unblock(run, blocker, blocked);
  // Some follow one another again, while the block is still on its way.
  if (run.upTo(1) === 0) await follow(run, blocker, blocked, "follow");
  if (run.upTo(1) === 0) await follow(run, blocked, blocker, "follow");
}

function someEnd(run: Run): number | null {
  const minutes = run.pick(MUTE_MINUTES) ?? null;
  return minutes === null ? null : run.now() + minutes * MINUTE;
}

async function muteOne(run: Run, { who, other }: Step): Promise<void> {
  const muter = run.person(50 + (other % 50));
  const mutedIds = [...run.model.user(muter.id).mutes.keys()];
  const back = run.upTo(2) === 0 ? run.pick(mutedIds) : undefined;
  const muted = back === undefined ? run.person(who) : run.personOf(back);
  if (muted.id === muter.id) return;
  meets(run, back === undefined ? "mute" : "unmute", [muted.id]);
  if (back === undefined) await acts.mute(run, muter, muted, someEnd(run));
  else await acts.unmute(run, muter, muted);
  await readBack(run, muter);
}

async function muteWord(run: Run, { other }: Step): Promise<void> {
  const muter = run.person(50 + (other % 50));
  const muted = [...run.model.user(muter.id).mutedWords.keys()];
  const back = muted.length > 0 && run.upTo(2) > 0;
  const word = run.pick(back ? muted : WORDS);
  if (word === undefined) return;
  meetsFollowed(run, back ? "unmute word" : "mute word", muter);
  if (back) await acts.unmuteWord(run, muter, word);
  else await acts.muteWord(run, muter, word, someEnd(run));
  await readBack(run, muter);
}

async function protectOne(run: Run, { who }: Step): Promise<void> {
  const person = run.person(who);
  const on = !run.model.user(person.id).protected;
  meets(run, on ? "protect" : "open", [person.id]);
  await acts.protect(run, person, on);
}

/** Answers the requests that somebody has; where nobody asks, somebody does. */
async function answerOne(run: Run, { who }: Step): Promise<void> {
  const asking = run.people.flatMap((one) => [...run.model.user(one.id).asks].map((id) => ({ one, id })));
  const request = run.pick(asking);
  if (request === undefined) return askOne(run, run.person(who));
  const target = run.personOf(request.id);
  // Mostly the requests have come by now.
  if (run.upTo(3) > 0) await run.deliver();
  for (const { one } of asking.filter(({ id }) => id === target.id)) {
    const approved = run.upTo(3) > 0;
    meets(run, approved ? "approve request" : "refuse request", [target.id]);
    await acts.answer(run, target, one, approved);
  }
}

async function askOne(run: Run, target: Person): Promise<void> {
  if (!run.model.user(target.id).protected) await acts.protect(run, target, true);
  const strangers = run.people.filter((one) => one.id !== target.id && !follows(run, one, target));
  const one = run.pick(strangers) ?? run.pick(run.people.filter((other) => other.id !== target.id));
  if (one === undefined) return;
  if (follows(run, one, target)) await unfollow(run, one, target);
  await follow(run, one, target, "ask to follow");
}

export const PEOPLE_STEPS = {
  follow: async (run: Run, { who, other }: Step) => follow(run, run.person(other), run.person(who), "follow"),
  unfollow: unfollowOne,
  refollow: refollowOne,
  "many follow": (run: Run, { who }: Step) => swing(run, run.person(who % 50), true),
  "many unfollow": (run: Run, { who }: Step) => swing(run, run.person(who % 50), false),
  block: blockOne,
  unblock: unblockOne,
  mute: muteOne,
  "mute word": muteWord,
  protect: protectOne,
  answer: answerOne,
};
