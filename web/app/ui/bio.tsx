import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Tweet } from "../api/types.ts";
import { TweetText } from "../tweet/tweet-text.tsx";

/** Only what may hold a mention, a tag or a link is parsed: the rules are a file of their own. */
const MAY_HOLD_ENTITIES = /[@＠#＃$]|\w\.\w/;

/** What somebody says about themselves: text, with its mentions, tags and links. */
export function Bio({ text }: { readonly text: string }) {
  const entities = useSignal<Tweet["entities"]>(undefined);
  useEffect(() => {
    entities.value = undefined;
    if (!MAY_HOLD_ENTITIES.test(text)) return;
    let stale = false;
    // Without the rules, offline for one, it is plain text.
    const parse = import("../tweet/measure.ts").then(({ extractEntities }) => {
      if (!stale) entities.value = extractEntities(text) as Tweet["entities"];
    });
    parse.catch(() => undefined);
    return () => {
      stale = true;
    };
  }, [text]);
  return (
    <p class="bio text" dir="auto">
      <TweetText text={text} entities={entities.value} />
    </p>
  );
}
