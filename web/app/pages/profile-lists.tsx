import { useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { viewer } from "../api/tokens.ts";
import type { User } from "../api/types.ts";
import { keptList } from "../feed/kept-lists.ts";
import { useLettingGo } from "../feed/let-go.ts";
import type { ListModel, LoadPage } from "../feed/list-model.ts";
import { peopleFrom, tweetsFrom } from "../feed/load-pages.ts";
import { VirtualList } from "../feed/virtual-list.tsx";
import { listsFrom } from "../state/lists.ts";
import { posted } from "../state/posting.ts";
import { place } from "../state/router.ts";
import { peekTweet, referenceOf } from "../state/tweets.ts";
import { TweetCard } from "../tweet/tweet-card.tsx";
import { ListRow } from "../ui/list-row.tsx";
import { UserCard } from "../ui/user-card.tsx";

export type Tab = "tweets" | "with_replies" | "likes" | "following" | "followers" | "lists";

interface Props {
  readonly user: User;
  readonly tab: Tab;
  /** The reader posted something that is in the list. */
  readonly onPosted: () => Promise<void>;
}

/** What a part of somebody's page lists, or why it does not. */
export function ProfileList({ user, tab, onPosted }: Props) {
  const closed = whyClosed(user, tab);
  if (closed !== null) return <div class="empty">{closed}</div>;
  if (tab === "following" || tab === "followers") return <People user={user} tab={tab} />;
  if (tab === "lists") return <OwnedLists user={user} />;
  return <Tweets user={user} tab={tab} onPosted={onPosted} />;
}

function whyClosed(user: User, tab: Tab): ComponentChildren {
  const me = viewer.value;
  const { blocking = false, blocked_by: blockedBy = false, following = false } = user.viewer ?? {};
  const name = <span dir="ltr">@{user.username}</span>;
  if (me?.id === user.id) return null;
  if (blocking) return closed(<>You block {name}</>, "While you do, neither of you sees the other's tweets.");
  if (blockedBy) return closed(<>{name} blocks you</>, "You cannot follow them or see their tweets.");
  if (user.protected === true && !following) {
    const what = tab === "tweets" || tab === "with_replies" ? "These tweets are" : "This account is";
    return closed(`${what} protected`, <>Only followers whom {name} has approved see what is here.</>);
  }
  if (me === null && tab !== "tweets" && tab !== "with_replies") return <LogInFirst />;
  return null;
}

const closed = (title: ComponentChildren, text: ComponentChildren) => (
  <>
    <h2>{title}</h2>
    <p>{text}</p>
  </>
);

function LogInFirst() {
  return (
    <>
      <h2>Log in to see this</h2>
      <a class="button primary" href={`/login?next=${encodeURIComponent(place.value.path)}`}>
        Log in
      </a>
    </>
  );
}

const useKept = (name: string, load: () => LoadPage): ListModel => useMemo(() => keptList(name, load()), [name]);

const TWEETS_OF = {
  tweets: { label: "Tweets", load: ({ id }: User) => tweetsFrom(`/users/${id}/tweets`, { exclude: "replies" }) },
  with_replies: { label: "Tweets and replies", load: ({ id }: User) => tweetsFrom(`/users/${id}/tweets`) },
  likes: { label: "Liked tweets", load: ({ id }: User) => tweetsFrom(`/users/${id}/liked_tweets`) },
} as const;

function Tweets(props: {
  readonly user: User;
  readonly tab: keyof typeof TWEETS_OF;
  readonly onPosted: () => Promise<void>;
}) {
  const { user, tab, onPosted } = props;
  const list = useKept(`${tab}:${user.id}`, () => TWEETS_OF[tab].load(user));
  // On their own page the reader wants to see them, muted or not.
  useLettingGo(list, tab === "likes");
  useOwnPosts(list, user.id, tab, onPosted);
  return (
    <VirtualList
      list={list}
      label={TWEETS_OF[tab].label}
      render={(key, index) => <TweetCard key={key} id={key} position={index + 1} />}
      empty={tab === "likes" ? nothing(user, "liked") : nothing(user, "posted")}
    />
  );
}

function nothing(user: User, did: string) {
  if (viewer.value?.id !== user.id) return <h2>Nothing {did} yet</h2>;
  const what = did === "liked" ? "Tweets that you like show here." : "What you write shows here.";
  return closed(`Nothing ${did} yet`, what);
}

/** What the reader posts while they look at their own page comes on top of it. */
function useOwnPosts(list: ListModel, userId: string, tab: Tab, onPosted: () => Promise<void>): void {
  useSignalEffect(() => {
    const tweet = posted.value;
    if (tweet === null || tab === "likes" || tweet.author_id !== userId || list.state.peek() === "new") return;
    const isReply = referenceOf(tweet, "replied_to") !== undefined;
    if ((isReply && tab === "tweets") || peekTweet(tweet.id) === "gone") return;
    if (list.prepend([tweet.id]).length > 0) void onPosted();
  });
}

function People({ user, tab }: { readonly user: User; readonly tab: "following" | "followers" }) {
  const list = useKept(`${tab}:${user.id}`, () => peopleFrom(`/users/${user.id}/${tab}`));
  return (
    <VirtualList
      list={list}
      label={tab === "following" ? "Following" : "Followers"}
      role="list"
      estimate={96}
      render={(key) => <UserCard key={key} id={key} />}
      empty={<h2>{tab === "following" ? "Follows nobody yet" : "No followers yet"}</h2>}
    />
  );
}

function OwnedLists({ user }: { readonly user: User }) {
  const list = useKept(`lists:${user.id}`, () => listsFrom(`/users/${user.id}/owned_lists`));
  return (
    <VirtualList
      list={list}
      label="Lists"
      role="list"
      estimate={84}
      render={(key) => <ListRow key={key} id={key} />}
      empty={<h2>No lists yet</h2>}
    />
  );
}
