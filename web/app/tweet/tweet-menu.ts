import { ask, reasonOf } from "../api/client.ts";
import { viewer } from "../api/tokens.ts";
import type { Tweet, User } from "../api/types.ts";
import { composing, confirmThen, type Menu, type MenuItem } from "../state/dialogs.ts";
import { toggle } from "../state/engagements.ts";
import { block, follow, mute, unblock, unfollow, unmute } from "../state/people.ts";
import { deleteTweet } from "../state/posting.ts";
import { go } from "../state/router.ts";
import { say } from "../state/toasts.ts";
import { noteGone, peekTweet } from "../state/tweets.ts";
import { copyLink } from "../ui/copy-link.ts";
import { addressOf } from "./address.ts";

/** Retweet, take it back, or quote. */
export function retweetMenu(tweet: Tweet, on: boolean, at: HTMLElement): Menu {
  const items: MenuItem[] = [
    { label: on ? "Undo retweet" : "Retweet", run: () => void toggle("retweeted", tweet.id) },
    { label: "Quote", run: () => (composing.value = { quote: tweet.id }) },
  ];
  return { label: "Retweet", items, at };
}

/** Everything that is done more rarely. */
export function tweetMenu(tweet: Tweet, author: User | undefined, at: HTMLElement): Menu {
  const me = viewer.peek();
  const items: MenuItem[] = [{ label: "Copy link", run: () => void copyLink(addressOf(tweet, author)) }];
  if (me !== null && author !== undefined && author.id !== me.id) items.push(...aboutAuthor(author));
  if (me !== null && canHide(tweet, me.id)) items.push({ label: "Hide this reply", run: () => void hideReply(tweet) });
  if (me !== null && author?.id === me.id) {
    items.push({ label: "Delete", danger: true, run: () => askToDelete(tweet) });
  }
  return { label: "More", items, at };
}

/** What can be done about a user, from a tweet of theirs or their page. */
export function aboutAuthor(author: User): MenuItem[] {
  const { following = false, requested = false, muting = false, blocking = false } = author.viewer ?? {};
  const name = `@${author.username}`;
  const followItem =
    following || requested
      ? { label: requested ? `Cancel request to ${name}` : `Unfollow ${name}`, run: () => void unfollow(author) }
      : { label: `Follow ${name}`, run: () => void follow(author) };
  return [
    ...(blocking ? [] : [followItem]),
    { label: `Add ${name} to a list`, run: () => go(`/lists?add=${author.username}`) },
    muting
      ? { label: `Unmute ${name}`, run: () => void unmute(author) }
      : { label: `Mute ${name}`, run: () => void mute(author) },
    blocking
      ? { label: `Unblock ${name}`, run: () => void unblock(author) }
      : { label: `Block ${name}`, danger: true, run: () => askToBlock(author) },
  ];
}

function askToBlock(author: User): void {
  confirmThen({
    title: `Block @${author.username}?`,
    text: "Neither of you will follow the other or see the other's tweets.",
    action: "Block",
    run: () => void block(author),
  });
}

function askToDelete(tweet: Tweet): void {
  confirmThen({
    title: "Delete this tweet?",
    text: "It leaves your page and every timeline. This cannot be undone.",
    action: "Delete",
    run: () => void deleteTweet(tweet.id),
  });
}

/** Who began a conversation may hide the replies of others in it. */
function canHide(tweet: Tweet, me: string): boolean {
  if (tweet.conversation_id === undefined || tweet.conversation_id === tweet.id || tweet.author_id === me) return false;
  const first = peekTweet(tweet.conversation_id);
  return typeof first === "object" && first.author_id === me;
}

async function hideReply(tweet: Tweet): Promise<void> {
  try {
    await ask(`/tweets/${tweet.id}/hidden`, { method: "PUT", body: { hidden: true } });
    noteGone(tweet.id);
    say("The reply is hidden from this conversation.");
  } catch (error) {
    say(reasonOf(error), true);
  }
}
