import { viewer } from "../api/tokens.ts";
import type { User } from "../api/types.ts";
import { confirmThen } from "../state/dialogs.ts";
import { follow, unblock, unfollow } from "../state/people.ts";
import { go, place } from "../state/router.ts";

interface Face {
  readonly text: string;
  /** What a press does, where the text says how things stand. */
  readonly hint?: string;
  readonly look: string;
  readonly run: (user: User) => Promise<void>;
}

const FACES = {
  follow: { text: "Follow", look: "button primary", run: follow },
  following: { text: "Following", hint: "Unfollow", look: "button standing", run: unfollow },
  requested: { text: "Requested", hint: "Take the request back", look: "button standing", run: unfollow },
  blocking: { text: "Unblock", look: "button danger", run: unblock },
} as const satisfies Record<string, Face>;

function faceOf(user: User): Face {
  const { following = false, requested = false, blocking = false } = user.viewer ?? {};
  if (blocking) return FACES.blocking;
  if (following) return FACES.following;
  return requested ? FACES.requested : FACES.follow;
}

/** How the reader stands to somebody, and the way to change it; nothing for oneself, and where a block is in the way. */
export function FollowButton({ user }: { readonly user: User }) {
  const me = viewer.value;
  const { blocking = false, blocked_by: blockedBy = false, following = false } = user.viewer ?? {};
  if (me?.id === user.id || (blockedBy && !blocking)) return null;
  const face = faceOf(user);
  const act = () => void face.run(user);
  const press = () => {
    if (me === null) return go(`/login?next=${encodeURIComponent(place.peek().path)}`);
    if (following && user.protected === true) return askToLeave(user, act);
    return act();
  };
  return (
    <button type="button" class={face.look} title={face.hint} onClick={press}>
      <span>
        {face.text}
        <span class="unseen"> @{user.username}</span>
      </span>
    </button>
  );
}

function askToLeave(user: User, run: () => void): void {
  confirmThen({
    title: `Unfollow @${user.username}?`,
    text: "Their tweets are protected: to see them again you would have to ask again.",
    action: "Unfollow",
    run,
  });
}
