import { useSignalEffect } from "@preact/signals";
import { hiddenAuthor } from "../state/people.ts";
import { peekTweet, userOf } from "../state/tweets.ts";
import type { ListModel } from "./list-model.ts";

/** Lets the tweets of an author go whom the reader blocks, or mutes, while the list shows; nothing unless `applies`. */
export function useLettingGo(list: ListModel, applies = true): void {
  useSignalEffect(() => {
    const author = hiddenAuthor.value;
    const standing = author === null ? undefined : userOf(author).value?.viewer;
    if (!applies || (standing?.blocking !== true && standing?.muting !== true)) return;
    for (const id of list.items) {
      const tweet = peekTweet(id);
      if (typeof tweet === "object" && tweet.author_id === author) list.remove(id);
    }
  });
}
