import type { ComponentChildren } from "preact";
import type { User } from "../api/types.ts";
import { isMissing, wholeUserOf } from "../state/whole-users.ts";
import { Avatar } from "./avatar.tsx";
import { Bio } from "./bio.tsx";
import { FollowButton } from "./follow-button.tsx";
import { Icon } from "./icon.tsx";

interface Props {
  readonly id: string;
  /** What can be done about them; following, unless given. */
  readonly action?: (user: User) => ComponentChildren;
}

/** One person in a list of people. */
export function UserCard({ id, action = (user) => <FollowButton user={user} /> }: Props) {
  const user = wholeUserOf(id).value;
  const common = { "data-key": id, role: "listitem", tabIndex: -1 } as const;
  if (user === undefined && isMissing(id)) {
    return (
      <div {...common} class="person gone">
        This account is not available.
      </div>
    );
  }
  if (user === undefined) return <div {...common} class="person waiting" aria-busy="true" />;
  return (
    <div {...common} class="person">
      <Avatar user={user} />
      <div class="person-names">
        <a class="person-link" href={`/${user.username}`}>
          <bdi>{user.name}</bdi>
        </a>
        {user.protected === true && <Protected />}
        <p class="handle">
          <span dir="ltr">@{user.username}</span>
          {user.viewer?.followed_by === true && <span class="badge">Follows you</span>}
        </p>
      </div>
      <div class="person-acts">{action(user)}</div>
      {user.description !== undefined && user.description !== "" && <Bio text={user.description} />}
    </div>
  );
}

/** The mark of a protected account. */
export function Protected() {
  return (
    <span class="protected" title="Protected account">
      <Icon name="lock" />
      <span class="unseen">Protected account</span>
    </span>
  );
}
