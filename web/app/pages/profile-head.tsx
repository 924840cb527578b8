import type { ComponentChildren } from "preact";
import { viewer } from "../api/tokens.ts";
import type { User } from "../api/types.ts";
import { menu, type MenuItem } from "../state/dialogs.ts";
import { aboutAuthor } from "../tweet/tweet-menu.ts";
import { OutsideLink } from "../tweet/tweet-text.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { Bio } from "../ui/bio.tsx";
import { copyLink } from "../ui/copy-link.ts";
import { FollowButton } from "../ui/follow-button.tsx";
import { Icon } from "../ui/icon.tsx";
import { short } from "../ui/numbers.ts";
import { Protected } from "../ui/user-card.tsx";
import type { Tab } from "./profile-lists.tsx";

const monthOfYear = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric" });

/** Who somebody is, and what the reader can do about them. */
export function ProfileHead({ user }: { readonly user: User }) {
  return (
    <section class="profile" aria-label="About this account">
      <div class="profile-top">
        <Avatar user={user} large />
        <ProfileActions user={user} />
      </div>
      <h2>
        <bdi>{user.name}</bdi>
        {user.protected === true && <Protected />}
      </h2>
      <p class="handle">
        <span dir="ltr">@{user.username}</span>
        {user.viewer?.followed_by === true && <span class="badge">Follows you</span>}
        {user.viewer?.muting === true && <span class="badge">Muted</span>}
      </p>
      {user.description !== undefined && user.description !== "" && <Bio text={user.description} />}
      <Facts user={user} />
      <Counts user={user} />
    </section>
  );
}

function ProfileActions({ user }: { readonly user: User }) {
  const isMe = viewer.value?.id === user.id;
  return (
    <div class="profile-acts">
      <button
        type="button"
        class="icon-button framed"
        aria-label={`More about @${user.username}`}
        aria-haspopup="menu"
        onClick={(event) => (menu.value = { label: "More", items: menuItems(user), at: event.currentTarget })}
      >
        <Icon name="more" />
      </button>
      {isMe ? (
        <a class="button" href="/settings/profile">
          Edit profile
        </a>
      ) : (
        <FollowButton user={user} />
      )}
    </div>
  );
}

function menuItems(user: User): MenuItem[] {
  const me = viewer.peek();
  const items: MenuItem[] = [{ label: "Copy link", run: () => void copyLink(`/${user.username}`) }];
  if (me !== null && me.id !== user.id) items.push(...aboutAuthor(user));
  return items;
}

function Facts({ user }: { readonly user: User }) {
  const joined = user.created_at === undefined ? null : new Date(user.created_at);
  const { location = "", url = "" } = user;
  return (
    <ul class="facts">
      {location !== "" && (
        <Fact name="Location">
          <bdi>{location}</bdi>
        </Fact>
      )}
      {url !== "" && (
        <Fact name="Link">
          <bdi>
            <OutsideLink url={url} shown={shownUrl(url)} text={url} />
          </bdi>
        </Fact>
      )}
      {joined !== null && (
        <li>
          Joined <time dateTime={joined.toISOString()}>{monthOfYear.format(joined)}</time>
        </li>
      )}
    </ul>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <li>
      <span class="unseen">{name}: </span>
      {children}
    </li>
  );
}

const URL_SHOWN_MAX = 36;

/** A link in few characters; the whole is behind it. */
function shownUrl(url: string): string {
  const short = [...url.replace(/^https?:\/\/(www\.)?/i, "").replace(/\/$/, "")];
  return short.length > URL_SHOWN_MAX ? `${short.slice(0, URL_SHOWN_MAX - 1).join("")}…` : short.join("");
}

function Counts({ user }: { readonly user: User }) {
  const { following_count: following = 0, followers_count: followers = 0 } = user.public_metrics ?? {};
  return (
    <p class="counts">
      <a href={`/${user.username}/following`}>
        <b>{short(following)}</b> Following
      </a>
      <a href={`/${user.username}/followers`}>
        <b>{short(followers)}</b> {followers === 1 ? "Follower" : "Followers"}
      </a>
    </p>
  );
}

const OWN_TABS: readonly (readonly [Tab, string])[] = [
  ["tweets", "Tweets"],
  ["with_replies", "Replies"],
  ["likes", "Likes"],
  ["lists", "Lists"],
];
const PEOPLE_TABS: readonly (readonly [Tab, string])[] = [
  ["following", "Following"],
  ["followers", "Followers"],
];

/** The parts of somebody's page, as links. */
export function Tabs({ user, tab }: { readonly user: User; readonly tab: Tab }) {
  const tabs = PEOPLE_TABS.some(([name]) => name === tab) ? PEOPLE_TABS : OWN_TABS;
  return (
    <nav class="tabs" aria-label={`Parts of @${user.username}’s page`}>
      {tabs.map(([name, label]) => (
        <a
          key={name}
          href={name === "tweets" ? `/${user.username}` : `/${user.username}/${name}`}
          aria-current={name === tab ? "page" : undefined}
        >
          {label}
        </a>
      ))}
    </nav>
  );
}
