import type { Person } from "../support/person.ts";
import { Disagreement } from "./disagreement.ts";
import type { Run } from "./run.ts";
import { readFollow, readRequest } from "./tables.ts";

/** What people do to one another: each act goes to the product, then into the model, and its answer is held against that. */

const mine = (person: Person, path: string): string => `/2/users/${person.id}/${path}`;

const named = (run: Run, one: Person, what: string, other: Person): string =>
  `${run.nameOf(one.id)} ${what} ${run.nameOf(other.id)}`;

export async function follow(run: Run, follower: Person, followee: Person): Promise<void> {
  const refused = run.refusals.has(requestOf(follower, followee));
  const edge = refused ? await readFollow(follower.id, followee.id) : null;
  const request = { json: { target_user_id: followee.id } };
  const response = await run.anywhere(follower).fetch(mine(follower, "following"), request);
  const wanted = run.model.follow(follower.id, followee.id, run.now());
  const answer = await answerOf(response);
  run.tell(`   ${named(run, follower, "follows", followee)}: ${answer}`);
  // A request that was granted a moment ago may look like one that waits.
  const granted = wanted === "follows" && answer === "asks" && run.unsettled(follower.id, followee.id);
  if (answer !== wanted && !granted) {
    throw new Disagreement(`${named(run, follower, "follows", followee)} and is told ${answer}, not ${wanted}`);
  }
  if (wanted !== "asks" || !refused) return;
  // Asked anew, or is it the request whose refusal is on its way?
  const now = await readFollow(follower.id, followee.id);
  const anew = now?.state === 2 && now.version > (edge?.version ?? 0);
  if (anew) run.refusals.delete(requestOf(follower, followee));
  else run.model.user(follower.id).asks.delete(followee.id);
}

async function answerOf(response: Response): Promise<string> {
  if (response.status === 403) return "refused";
  const { data } = (await response.json()) as { data?: { following?: boolean; pending_follow?: boolean } };
  if (data?.following === true) return "follows";
  return data?.pending_follow === true ? "asks" : `${response.status}`;
}

/** Withdraws a request as well. */
export async function unfollow(run: Run, follower: Person, followee: Person): Promise<void> {
  await run.anywhere(follower).unfollows(followee);
  run.model.unfollow(follower.id, followee.id);
  run.refusals.delete(requestOf(follower, followee));
  run.tell(`   ${named(run, follower, "unfollows", followee)}`);
}

const requestOf = (requester: Person, target: Person): string => `${requester.id} ${target.id}`;

/** Grants or refuses a request. The answer is to the request that has come, which may be an older one than the newest. */
export async function answer(run: Run, target: Person, requester: Person, approved: boolean): Promise<void> {
  const [request, edge] = await Promise.all([
    readRequest(target.id, requester.id),
    readFollow(requester.id, target.id),
  ]);
  const waits = request?.state === 1 && !run.model.user(target.id).blocks.has(requester.id);
  const path = mine(target, `follow_requests/${requester.id}/${approved ? "approve" : "refuse"}`);
  const response = await run.anywhere(target).fetch(path, { method: "POST" });
  run.tell(`   ${named(run, target, approved ? "approves" : "refuses", requester)}: ${response.status}`);
  if (!waits) return;
  if (!response.ok) {
    throw new Disagreement(`${named(run, target, "answers the request of", requester)}: ${response.status}`);
  }
  const meets = edge?.state === 2 && edge.version === request.version;
  if (!meets || !run.model.user(requester.id).asks.has(target.id)) return;
  run.stir(target.id, requester.id);
  if (approved) run.model.grant(requester.id, target.id, run.now());
  else {
    run.model.user(requester.id).asks.delete(target.id);
    run.refusals.add(requestOf(requester, target));
  }
}

export async function block(run: Run, blocker: Person, blocked: Person): Promise<void> {
  await run.anywhere(blocker).asks(mine(blocker, "blocking"), { json: { target_user_id: blocked.id } });
  run.stir(blocker.id, blocked.id);
  run.model.block(blocker.id, blocked.id);
  run.refusals.delete(requestOf(blocker, blocked));
  run.refusals.delete(requestOf(blocked, blocker));
  run.tell(`   ${named(run, blocker, "blocks", blocked)}`);
}

export async function unblock(run: Run, blocker: Person, blocked: Person): Promise<void> {
  await run.anywhere(blocker).asks(mine(blocker, `blocking/${blocked.id}`), { method: "DELETE" });
  run.stir(blocker.id, blocked.id);
  run.model.unblock(blocker.id, blocked.id);
  run.tell(`   ${named(run, blocker, "unblocks", blocked)}`);
}

const endOf = (until: number | null) => (until === null ? {} : { expires_at: new Date(until).toISOString() });
const lasting = (until: number | null, now: number): string =>
  until === null ? "for good" : `for ${(until - now) / 60_000} min`;

export async function mute(run: Run, muter: Person, muted: Person, until: number | null): Promise<void> {
  const json = { target_user_id: muted.id, ...endOf(until) };
  await run.anywhere(muter).asks(mine(muter, "muting"), { json });
  run.model.mute(muter.id, muted.id, until);
  run.tell(`   ${named(run, muter, "mutes", muted)} ${lasting(until, run.now())}`);
}

export async function unmute(run: Run, muter: Person, muted: Person): Promise<void> {
  await run.anywhere(muter).asks(mine(muter, `muting/${muted.id}`), { method: "DELETE" });
  run.model.unmute(muter.id, muted.id);
  run.tell(`   ${named(run, muter, "unmutes", muted)}`);
}

export async function muteWord(run: Run, muter: Person, word: string, until: number | null): Promise<void> {
  await run.anywhere(muter).asks(mine(muter, "muted_words"), { json: { word: word.toUpperCase(), ...endOf(until) } });
  run.model.muteWord(muter.id, word, until);
  run.tell(`   ${run.nameOf(muter.id)} mutes "${word}" ${lasting(until, run.now())}`);
}

export async function unmuteWord(run: Run, muter: Person, word: string): Promise<void> {
  await run.anywhere(muter).asks(mine(muter, `muted_words/${word}`), { method: "DELETE" });
  run.model.unmuteWord(muter.id, word);
  run.tell(`   ${run.nameOf(muter.id)} unmutes "${word}"`);
}

export async function protect(run: Run, person: Person, on: boolean): Promise<void> {
  await run.anywhere(person).asks("/2/users/me", { method: "PATCH", json: { protected: on } });
  run.model.protect(person.id, on, run.now());
  run.tell(`   ${run.nameOf(person.id)} is ${on ? "protected" : "open"} now`);
}
