import { signal } from "@preact/signals";
import { ask, reasonOf } from "../api/client.ts";
import { viewer } from "../api/tokens.ts";
import type { User } from "../api/types.ts";
import { say } from "./toasts.ts";
import { noteUser, userOf } from "./tweets.ts";

type Standing = NonNullable<User["viewer"]>;

const STRANGER: Standing = {
  following: false,
  followed_by: false,
  requested: false,
  blocking: false,
  blocked_by: false,
  muting: false,
};

/** Somebody whose tweets the reader does not want to see from now on: lists let them go. */
export const hiddenAuthor = signal<string | null>(null);
/** All of them since the page was loaded: what it had let go of by then is known to be theirs when it is fetched again. */
const hidden = new Set<string>();

/** True for somebody whom the reader hid, and has not taken back. */
export function isHidden(id: string): boolean {
  if (!hidden.has(id)) return false;
  const standing = userOf(id).peek()?.viewer;
  return standing?.muting === true || standing?.blocking === true || standing?.following !== true;
}

/** The same author may be muted today and blocked tomorrow: lists hear of both. */
function hide(id: string): void {
  hidden.add(id);
  hiddenAuthor.value = null;
  hiddenAuthor.value = id;
}

/** Follows, or asks to follow a protected account. */
export function follow(user: User): Promise<void> {
  const change = user.protected === true ? { requested: true } : { following: true };
  return changeStanding(user.id, change, async (me) => {
    const body = { target_user_id: user.id };
    const { data } = await ask<{ data: { following: boolean; pending_follow: boolean } }>(`/users/${me}/following`, {
      method: "POST",
      body,
    });
    return { following: data.following, requested: data.pending_follow };
  });
}

/** Unfollows, or takes a request back. */
export function unfollow(user: User): Promise<void> {
  const send = async (me: string) => {
    await ask(`/users/${me}/following/${user.id}`, { method: "DELETE" });
    return {};
  };
  return changeStanding(user.id, { following: false, requested: false }, send, () => hide(user.id));
}

export function block(user: User): Promise<void> {
  const change = { blocking: true, following: false, followed_by: false, requested: false };
  const send = async (me: string) => {
    await ask(`/users/${me}/blocking`, { method: "POST", body: { target_user_id: user.id } });
    return {};
  };
  return changeStanding(user.id, change, send, () => {
    hide(user.id);
    say(`You block @${user.username}. Neither of you sees the other's tweets.`);
  });
}

export function unblock(user: User): Promise<void> {
  return changeStanding(user.id, { blocking: false }, async (me) => {
    await ask(`/users/${me}/blocking/${user.id}`, { method: "DELETE" });
    return {};
  });
}

/** @param until ISO 8601, where the mute is to end by itself. */
export function mute(user: User, until?: string): Promise<void> {
  const send = async (me: string) => {
    const body = { target_user_id: user.id, ...(until === undefined ? {} : { expires_at: until }) };
    await ask(`/users/${me}/muting`, { method: "POST", body });
    return {};
  };
  return changeStanding(user.id, { muting: true }, send, () => {
    hide(user.id);
    say(`You mute @${user.username}. They are not told.`);
  });
}

export function unmute(user: User): Promise<void> {
  return changeStanding(user.id, { muting: false }, async (me) => {
    await ask(`/users/${me}/muting/${user.id}`, { method: "DELETE" });
    return {};
  });
}

/** By user: the newest change that is not answered yet. It never fails. */
const sending = new Map<string, Promise<void>>();

/**
 * Shows a change at once, sends it, and takes it back where that fails.
 * @param done runs once it was answered and shows again: a page read meanwhile may have said how it was before.
 */
async function changeStanding(
  id: string,
  change: Partial<Standing>,
  send: (me: string) => Promise<Partial<Standing>>,
  done: () => void = () => {},
): Promise<void> {
  const me = viewer.peek();
  const before = userOf(id).peek();
  if (me === null || before === undefined) return;
  const show = (standing: Standing) => {
    const user = userOf(id).peek() ?? before;
    noteUser({ ...user, viewer: standing, ...followersAfter(user, standing) });
  };
  const was = before.viewer ?? STRANGER;
  show({ ...was, ...change });
  // Each press is sent after the one before it was answered, and the last one's answer counts.
  const answer = (sending.get(id) ?? Promise.resolve()).then(() => send(me.id));
  const mine = answer.then(
    () => undefined,
    () => undefined,
  );
  sending.set(id, mine);
  try {
    const told = await answer;
    if (sending.get(id) === mine) show({ ...was, ...change, ...told });
    done();
  } catch (error) {
    if (sending.get(id) === mine) show(was);
    say(reasonOf(error), true);
  } finally {
    if (sending.get(id) === mine) sending.delete(id);
  }
}

/** The count of followers moves with the reader's own follow. */
function followersAfter(user: User, standing: Standing): Pick<User, "public_metrics"> {
  const metrics = user.public_metrics;
  if (metrics === undefined) return {};
  const moved = Number(standing.following) - Number(user.viewer?.following ?? false);
  return { public_metrics: { ...metrics, followers_count: Math.max(0, metrics.followers_count + moved) } };
}
