import type { User } from "../accounts/reader.ts";
import { unpadId } from "../lib/snowflake.ts";
import type { List } from "../lists/reader.ts";
import type { Tweet } from "../tweets/reader.ts";
import type { ListTab, ProfileTab } from "./page-at.ts";
import { cutText, plainText } from "./plain-text.ts";

/** What a page says of itself to search engines and previews of links. Texts are plain: whoever writes them out escapes. */
export interface Card {
  /** Without the site's name. */
  readonly title: string;
  readonly description: string;
  /** The page's one address. */
  readonly path: string;
  /** As Open Graph has it. */
  readonly type: "profile" | "article" | "website";
}

/** Graphemes. */
const QUOTED_MAX = 70;
const DESCRIPTION_MAX = 200;

const nameOf = ({ name, username }: User): string => plainText(name) || username;
const calledOf = (user: User): string => `${nameOf(user)} (@${user.username})`;

const PROFILE_TITLES: Record<ProfileTab, (called: string) => string> = {
  "": (called) => called,
  with_replies: (called) => `Tweets and replies by ${called}`,
  likes: (called) => `Tweets liked by ${called}`,
  following: (called) => `People followed by ${called}`,
  followers: (called) => `People following ${called}`,
  lists: (called) => `Lists by ${called}`,
};

/** Of somebody's profile, or one of its tabs. */
export function profileCard(user: User, tab: ProfileTab): Card {
  const called = calledOf(user);
  return {
    title: PROFILE_TITLES[tab](called),
    description: cutText(plainText(user.description), DESCRIPTION_MAX) || `Tweets by ${called}.`,
    path: pathOf(user.username, tab),
    type: "profile",
  };
}

export function tweetCard(tweet: Tweet, author: User): Card {
  const text = plainText(tweet.text);
  const quoted = cutText(text, QUOTED_MAX);
  return {
    title: quoted === "" ? `A tweet by ${calledOf(author)}` : `${nameOf(author)}: “${quoted}”`,
    description: cutText(text, DESCRIPTION_MAX) || `A tweet by ${calledOf(author)}.`,
    path: `/${author.username}/status/${unpadId(tweet.id)}`,
    type: "article",
  };
}

const LIST_TITLES: Record<ListTab, (called: string) => string> = {
  "": (called) => called,
  members: (called) => `People on ${called}`,
  followers: (called) => `People following ${called}`,
};

export function listCard(list: List, owner: User, tab: ListTab): Card {
  const called = `${plainText(list.name) || "A list"}, a list by @${owner.username}`;
  return {
    title: LIST_TITLES[tab](called),
    description: cutText(plainText(list.description), DESCRIPTION_MAX) || `A list by ${calledOf(owner)}.`,
    path: pathOf(`i/lists/${unpadId(list.id)}`, tab),
    type: "website",
  };
}

const pathOf = (base: string, tab: string): string => (tab === "" ? `/${base}` : `/${base}/${tab}`);
