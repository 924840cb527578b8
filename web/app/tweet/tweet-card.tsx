import type { ComponentChildren } from "preact";
import { viewer } from "../api/tokens.ts";
import type { Tweet, User } from "../api/types.ts";
import { engagementOf, toggle } from "../state/engagements.ts";
import { composing, menu } from "../state/dialogs.ts";
import { go } from "../state/router.ts";
import { referenceOf, tweetOf, userOf } from "../state/tweets.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon } from "../ui/icon.tsx";
import { short, whole } from "../ui/numbers.ts";
import { Time } from "../ui/time.tsx";
import { addressOf } from "./address.ts";
import { retweetMenu, tweetMenu } from "./tweet-menu.ts";
import { TweetText } from "./tweet-text.tsx";

interface Props {
  readonly id: string;
  /** The tweet that a page is about: larger, with its exact time. */
  readonly focused?: boolean;
  readonly position?: number;
  /** What stands in a focused card below its tweet. */
  readonly below?: ComponentChildren;
}

/** One tweet, whichever it is by now: loading, there, or gone. */
export function TweetCard({ id, focused = false, position, below }: Props) {
  const held = tweetOf(id).value;
  const common = { "data-key": id, "aria-posinset": position, "aria-setsize": position === undefined ? undefined : -1 };
  if (held === undefined)
    return <article {...common} tabIndex={-1} class="card waiting" aria-busy="true" aria-label="Loading" />;
  if (held === "gone") return <GoneCard common={common} />;
  const original = referenceOf(held, "retweeted");
  if (original !== undefined) return <Retweet retweet={held} of={original} common={common} />;
  return <WholeCard tweet={held} common={common} focused={focused} below={below} />;
}

type Common = Readonly<Record<string, string | number | undefined>>;

function Retweet(props: { readonly retweet: Tweet; readonly of: string; readonly common: Common }) {
  const tweet = tweetOf(props.of).value;
  const by = props.retweet.author_id === undefined ? [] : [props.retweet.author_id];
  if (tweet === "gone") return <GoneCard common={props.common} />;
  if (tweet === undefined)
    return <article {...props.common} class="card waiting" aria-busy="true" aria-label="Loading" />;
  return <WholeCard tweet={{ ...tweet, retweeted_by: by }} common={props.common} focused={false} />;
}

function GoneCard({ common }: { readonly common: Common }) {
  return (
    <article {...common} class="card gone" tabIndex={0} aria-label="Unavailable tweet">
      This tweet is not available.
    </article>
  );
}

interface WholeProps {
  readonly tweet: Tweet;
  readonly common: Common;
  readonly focused: boolean;
  readonly below?: ComponentChildren;
}

function WholeCard(props: WholeProps) {
  const { tweet, common, focused } = props;
  const author = userOf(tweet.author_id ?? "").value;
  const address = addressOf(tweet, author);
  const quoted = referenceOf(tweet, "quoted");
  const open = (event: MouseEvent) => {
    if (focused || pressedSomethingElse(event)) return;
    go(address);
  };
  // By the item: a tweet and its author's retweet of it may stand on one page.
  const [byId, textId] = [`by-${common["data-key"]}`, `text-${common["data-key"]}`];
  return (
    <article
      {...common}
      aria-labelledby={`${byId} ${textId}`}
      tabIndex={0}
      class={focused ? "card focused" : "card"}
      data-tweet={tweet.id}
      onClick={open}
    >
      <RetweetedBy ids={tweet.retweeted_by ?? []} />
      <Avatar user={author} />
      <header id={byId}>
        <a class="name" href={`/${author?.username ?? ""}`}>
          <bdi>{author?.name ?? "…"}</bdi>
        </a>
        {author?.protected === true && <Icon name="lock" />}
        <span class="handle" dir="ltr">
          @{author?.username ?? "…"}
        </span>
        {tweet.created_at !== undefined && (
          <a class="when" href={address}>
            <Time iso={tweet.created_at} whole={focused} />
          </a>
        )}
      </header>
      <AnswerTo tweet={tweet} />
      <p class="text" id={textId} dir="auto">
        <TweetText text={tweet.text} entities={tweet.entities} />
      </p>
      {quoted !== undefined && <QuotedTweet id={quoted} />}
      <Actions tweet={tweet} author={author} />
      {props.below}
    </article>
  );
}

function pressedSomethingElse(event: MouseEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  return target?.closest("a, button, .quoted") !== null || getSelection()?.isCollapsed === false;
}

function RetweetedBy({ ids }: { readonly ids: readonly string[] }) {
  const [first] = ids;
  const who = userOf(first ?? "").value;
  if (first === undefined) return null;
  const others = ids.length - 1;
  return (
    <p class="context">
      <Icon name="retweet" />
      <a href={`/${who?.username ?? ""}`}>
        <bdi>{first === viewer.value?.id ? "You" : (who?.name ?? "…")}</bdi>
      </a>
      {others > 0 && ` and ${others} more`} retweeted
    </p>
  );
}

function AnswerTo({ tweet }: { readonly tweet: Tweet }) {
  const to = userOf(tweet.in_reply_to_user_id ?? "").value;
  if (tweet.in_reply_to_user_id === undefined || to === undefined) return null;
  return (
    <p class="answer-to">
      Replying to <a href={`/${to.username}`}>@{to.username}</a>
    </p>
  );
}

/** A tweet inside another. */
export function QuotedTweet({ id }: { readonly id: string }) {
  const held = tweetOf(id).value;
  const author = userOf(typeof held === "object" ? (held.author_id ?? "") : "").value;
  if (held === "gone") return <div class="quoted gone">This tweet is not available.</div>;
  if (held === undefined) return <div class="quoted waiting" aria-busy="true" />;
  return (
    <a class="quoted" href={addressOf(held, author)}>
      <b>
        <bdi>{author?.name ?? "…"}</bdi>
      </b>{" "}
      <span class="handle" dir="ltr">
        @{author?.username ?? "…"}
      </span>
      <span class="text" dir="auto">
        {held.text}
      </span>
    </a>
  );
}

function Actions({ tweet, author }: { readonly tweet: Tweet; readonly author: User | undefined }) {
  const [liked, retweeted, bookmarked] = [
    engagementOf("liked", tweet),
    engagementOf("retweeted", tweet),
    engagementOf("bookmarked", tweet),
  ];
  const signedIn = viewer.value !== null;
  const needed = (run: (at: HTMLElement) => void) => (event: MouseEvent & { readonly currentTarget: HTMLElement }) =>
    signedIn ? run(event.currentTarget) : go("/login");
  const replies = tweet.public_metrics?.reply_count ?? 0;
  return (
    <footer class="acts">
      <button
        type="button"
        class="act"
        aria-label={named("Reply", replies)}
        onClick={needed(() => (composing.value = { replyTo: tweet.id }))}
      >
        <Icon name="reply" />
        {shortCount(replies)}
      </button>
      <button
        type="button"
        class="act retweet"
        aria-label={named("Retweet", retweeted.count)}
        aria-pressed={retweeted.on}
        disabled={author?.protected === true && author.id !== viewer.value?.id}
        onClick={needed((at) => (menu.value = retweetMenu(tweet, retweeted.on, at)))}
      >
        <Icon name="retweet" />
        {shortCount(retweeted.count)}
      </button>
      <button
        type="button"
        class="act like"
        aria-label={named("Like", liked.count)}
        aria-pressed={liked.on}
        onClick={needed(() => void toggle("liked", tweet.id))}
      >
        <Icon name={liked.on ? "like-on" : "like"} />
        {shortCount(liked.count)}
      </button>
      <button
        type="button"
        class="act bookmark"
        aria-label="Bookmark"
        aria-pressed={bookmarked.on}
        onClick={needed(() => void toggle("bookmarked", tweet.id))}
      >
        <Icon name={bookmarked.on ? "bookmark-on" : "bookmark"} />
      </button>
      <button
        type="button"
        class="act"
        aria-label="More"
        aria-haspopup="menu"
        onClick={(event) => (menu.value = tweetMenu(tweet, author, event.currentTarget))}
      >
        <Icon name="more" />
      </button>
    </footer>
  );
}

const named = (what: string, count: number): string => (count === 0 ? what : `${what}, ${whole(count)}`);

/** A count in few characters; none for zero. */
const shortCount = (count: number): string => (count === 0 ? "" : short(count));
