import { useSignalEffect } from "@preact/signals";
import { hiddenAuthor, isHidden } from "../state/people.ts";
import { lookedUp, peekTweet, referenceOf, userOf } from "../state/tweets.ts";
import type { ListModel } from "./list-model.ts";

/**
 * Lets the tweets of an author go whom the reader blocks, or mutes, while the list shows, and those that the page had let go
 * of itself when they are fetched again; nothing unless `applies`.
 */
export function useLettingGo(list: ListModel, applies = true): void {
  useSignalEffect(() => {
    if (applies && hiddenAuthor.value !== null) letGo(list, list.items, isOfUnwanted);
  });
  useSignalEffect(() => {
    if (applies) letGo(list, lookedUp.value, isOfUnwanted);
  });
}

/** Takes those of `ids` out of the list that are `gone` from it. */
export function letGo(list: ListModel, ids: Iterable<string>, gone: (id: string) => boolean): void {
  for (const id of ids) if (gone(id)) list.remove(id);
}

const isOfUnwanted = (id: string): boolean => authorsOf(id).some(isUnwanted);

/** True for a line that is no part of home any more: by somebody whom the reader hid, or somebody else's retweet of theirs. */
export function isGoneFromHome(id: string): boolean {
  const [by = "", author = by] = authorsOf(id);
  return isHidden(by) || isUnwanted(author);
}

/** Who wrote a tweet; of a retweet, who retweeted and who wrote. Nobody where the page does not hold it. */
function authorsOf(id: string): string[] {
  const tweet = peekTweet(id);
  if (typeof tweet !== "object") return [];
  const original = peekTweet(referenceOf(tweet, "retweeted") ?? id);
  return [tweet, original].flatMap((one) => (typeof one === "object" ? (one.author_id ?? []) : []));
}

/** Whom the reader merely follows no more stays in lists that are not theirs. */
function isUnwanted(author: string): boolean {
  if (!isHidden(author)) return false;
  const standing = userOf(author).peek()?.viewer;
  return standing?.blocking === true || standing?.muting === true;
}
