import type { Ctx } from "../lib/context.ts";
import { hiddenBy, type Place, type Seen } from "./rules.ts";
import { hydrateTweets, type HydratedTweets, type HydrateOptions, type TweetView } from "./tweets.ts";
import type { Viewing } from "./viewing.ts";

/** A tweet that the viewer may see. */
export interface VisibleTweet extends TweetView {
  /** What it retweets, where it is a retweet. */
  readonly original?: TweetView;
}

export interface VisibleTweets {
  readonly views: ReadonlyMap<string, VisibleTweet>;
  /** Ids of tweets that stand, whether the viewer may see them or not. */
  readonly standing: ReadonlySet<string>;
  /** Ids whose shard did not answer. */
  readonly unread: ReadonlySet<string>;
  readonly failed: readonly string[];
}

export interface VisibleOptions extends Omit<HydrateOptions, "own"> {
  /** False where one's own tweets may be remembered: a timeline that is changed before its owner is answered. */
  readonly ownFromStore?: boolean;
  /** Replies that the conversation's author hid. */
  readonly hiddenReplies?: ReadonlySet<string>;
}

/**
 * Those of `ids` that the viewer may see there. With the originals' ids of retweets given along, no shard is asked twice.
 */
export async function readVisibleTweets(
  ctx: Ctx,
  viewing: Viewing,
  place: Place,
  ids: Iterable<string>,
  options: VisibleOptions = {},
): Promise<VisibleTweets> {
  const { ownFromStore = true, hiddenReplies, ...rest } = options;
  const hydrating = { ...rest, own: ownFromStore ? viewing.viewerId : null };
  const hydrated = await withOriginals(ctx, await hydrateTweets(ctx, ids, hydrating), hydrating);
  const { views } = hydrated;
  await viewing.standings([...views.values()].map((view) => view.author.id));
  const mutedWords = place === "timeline" ? await viewing.mutedWords() : [];
  const seenOf = (view: TweetView): Seen => {
    const { retweetedId } = view.tweet;
    const original = retweetedId === null ? undefined : views.get(retweetedId);
    return {
      view,
      standing: viewing.standing(view.author.id),
      own: view.author.id === viewing.viewerId,
      place,
      mutedWords,
      hiddenReply: hiddenReplies?.has(view.tweet.id) === true,
      ...(retweetedId === null ? {} : { original: original === undefined ? null : seenOf(original) }),
    };
  };
  const visible = new Map<string, VisibleTweet>();
  for (const [id, view] of views) {
    const seen = seenOf(view);
    if (hiddenBy(seen) !== null) continue;
    visible.set(id, seen.original == null ? view : { ...view, original: seen.original.view });
  }
  const failed = [...new Set([...hydrated.failed, ...viewing.failed])];
  return { views: visible, standing: new Set(views.keys()), unread: hydrated.unread, failed };
}

/** Adds what the retweets among `first` retweet, where it was not asked for along with them. */
async function withOriginals(ctx: Ctx, first: HydratedTweets, options: HydrateOptions): Promise<HydratedTweets> {
  const missing = [...first.views.values()].flatMap(({ tweet: { retweetedId } }) =>
    retweetedId === null || first.views.has(retweetedId) || first.unread.has(retweetedId) ? [] : [retweetedId],
  );
  if (missing.length === 0) return first;
  const more = await hydrateTweets(ctx, missing, options);
  // A retweet cannot be shown without its original: where that could not be read, neither was the retweet.
  const unread = [...first.views.values()].flatMap(({ tweet: { id, retweetedId } }) =>
    retweetedId !== null && more.unread.has(retweetedId) ? [id] : [],
  );
  return {
    views: new Map([...first.views, ...more.views]),
    unread: new Set([...first.unread, ...more.unread, ...unread]),
    failed: [...first.failed, ...more.failed],
  };
}
