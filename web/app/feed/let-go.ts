import { useSignalEffect } from "@preact/signals";
import { hiddenAuthor, isHidden } from "../state/people.ts";
import { lookedUp, peekTweet, userOf } from "../state/tweets.ts";
import type { ListModel } from "./list-model.ts";

/**
 * Lets the tweets of an author go whom the reader blocks, or mutes, while the list shows, and those that the page had let go
 * of itself when they are fetched again; nothing unless `applies`.
 */
export function useLettingGo(list: ListModel, applies = true): void {
  useSignalEffect(() => {
    if (applies && hiddenAuthor.value !== null) letGo(list, list.items);
  });
  useSignalEffect(() => {
    if (applies) letGo(list, lookedUp.value);
  });
}

function letGo(list: ListModel, ids: Iterable<string>): void {
  for (const id of ids) {
    const tweet = peekTweet(id);
    const author = typeof tweet === "object" ? (tweet.author_id ?? "") : "";
    if (isHidden(author) && isUnwanted(author)) list.remove(id);
  }
}

/** Whom the reader merely follows no more stays in lists that are not theirs. */
function isUnwanted(author: string): boolean {
  const standing = userOf(author).peek()?.viewer;
  return standing?.blocking === true || standing?.muting === true;
}
