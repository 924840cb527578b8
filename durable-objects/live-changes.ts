import type { LiveMessage } from "../workers/lib/live-message.ts";
import { ID_MAX, ID_MIN, unpadId } from "../workers/lib/snowflake.ts";
import { isRetweet, type TimelineEntry } from "./timeline-entry.ts";
import type { TimelinePages } from "./timeline-pages.ts";

/**
 * Looks at a timeline before a change, so that it can say after it what the change did to what the owner sees. By the
 * rules of the read: what home does not show is not told of either.
 */
export type Watch = (pages: TimelinePages, now: number) => () => readonly LiveMessage[];

const CHANGED: LiveMessage = { type: "changed" };

/** For a push: `tweets` that show now and did not before. Looks at no line below those that came. */
export function watchPush(entries: readonly TimelineEntry[]): Watch {
  return (pages, now) => {
    const least = entries.reduce((lowest, { id }) => (id > pages.floor && id < lowest ? id : lowest), ID_MAX);
    const before = new Set(pages.shownFrom(least, now));
    return () =>
      told(
        "tweets",
        pages.shownFrom(least, now).filter((id) => !before.has(id)),
      );
  };
}

/**
 * For a removal: `gone`, what was removed and showed, further lines of the same tweet included; and `changed` where a tweet
 * shows further down now, since its retweet was undone.
 */
export function watchRemoval(tweetIds: readonly string[]): Watch {
  return (pages, now) => {
    const news = new Set(tweetIds.filter((id) => !pages.tombstones.includes(id)));
    const lines = news.size === 0 ? [] : pages.linesOf(news, now);
    return () => {
      if (lines.length === 0) return [];
      const undone = lines.filter((line) => isRetweet(line) && !news.has(line.tweetId)).map(({ tweetId }) => tweetId);
      const shows = undone.length > 0 && pages.heldAbove(undone, ID_MIN, now).length > 0;
      return [
        ...told(
          "gone",
          lines.map(({ id }) => id),
        ),
        ...(shows ? [CHANGED] : []),
      ];
    };
  };
}

/** For all else: `changed` where other lines show than before, or other words are muted. */
export const watchAll: Watch = (pages, now) => {
  const seen = () => [...pages.shownFrom(ID_MIN, now), ...pages.hiding.words(now)].join(" ");
  const before = seen();
  return () => (seen() === before ? [] : [CHANGED]);
};

const told = (type: "tweets" | "gone", ids: readonly string[]): LiveMessage[] =>
  ids.length === 0 ? [] : [{ type, ids: ids.map(unpadId) }];
