import { useMemo } from "preact/hooks";
import { viewer } from "../api/tokens.ts";
import { keptList } from "../feed/kept-lists.ts";
import { useLettingGo } from "../feed/let-go.ts";
import type { ListModel } from "../feed/list-model.ts";
import { tweetsFrom } from "../feed/load-pages.ts";
import { VirtualList } from "../feed/virtual-list.tsx";
import { peekTweet } from "../state/tweets.ts";
import { TweetCard } from "../tweet/tweet-card.tsx";
import { PageHead } from "../ui/page-head.tsx";

/** `/i/bookmarks`: what the reader keeps. A bookmark that is removed stays on the page until it is left. */
export function BookmarksPage() {
  const list = useMemo(() => {
    const kept = keptList("bookmarks", tweetsFrom(`/users/${viewer.peek()?.id ?? "0"}/bookmarks`));
    dropRemoved(kept);
    return kept;
  }, []);
  useLettingGo(list);
  return (
    <>
      <PageHead title="Bookmarks" note="Only you see them" />
      <VirtualList
        list={list}
        label="Bookmarks"
        render={(key, index) => <TweetCard key={key} id={key} position={index + 1} />}
        empty={
          <>
            <h2>Nothing kept yet</h2>
            <p>Bookmark a tweet, and you find it here again.</p>
          </>
        }
      />
    </>
  );
}

function dropRemoved(list: ListModel): void {
  for (const id of list.items) {
    const tweet = peekTweet(id);
    if (typeof tweet === "object" && tweet.viewer?.bookmarked === false) list.remove(id);
  }
}
