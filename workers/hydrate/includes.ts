import { readUserIdsByUsername } from "../accounts/reader.ts";
import type { Ctx } from "../lib/context.ts";
import { DependencyFailed } from "../lib/dependency.ts";
import type { ShownTweet } from "./answers.ts";
import type { Asked, TweetObject, UserObject } from "./contract.ts";
import { presentTweet, presentUser, RETWEETERS_SHOWN_MAX, speaksOfPosts, unavailableTweet } from "./present.ts";
import { readUserViews, type UserView } from "./users.ts";
import { readViewerFields, type ViewerFields } from "./viewer-fields.ts";
import type { Viewing } from "./viewing.ts";
import { readVisibleTweets } from "./visible-tweets.ts";

/** What `expansions` ask for beside a page of tweets. */
export interface Includes {
  readonly includes?: { users?: UserObject[]; tweets?: TweetObject[]; posts?: TweetObject[] };
  readonly viewerFields: ViewerFields | null;
  /** Dependencies that did not answer: what they hold was left out. */
  readonly failed: readonly string[];
}

/** Where post names are spoken, expansions have other names, too. */
const wantsOf = (asked: Asked) => {
  const has = (...names: readonly string[]) => names.some((name) => asked.expansions?.includes(name) === true);
  return {
    authors: has("author_id"),
    repliedTo: has("in_reply_to_user_id"),
    mentioned: has("entities.mentions.username"),
    tweets: has("referenced_tweets.id", "referenced_posts"),
    theirAuthors: has("referenced_tweets.id.author_id", "referenced_posts.author_id"),
  };
};

/**
 * The users and tweets that the expansions of `views` name, and what `viewer` fields need, for all of it in one query.
 * A tweet that is gone or hidden leaves a placeholder. What cannot be read is left out and named in `failed`.
 */
export async function readIncludes(
  ctx: Ctx,
  viewing: Viewing,
  views: readonly ShownTweet[],
  asked: Asked,
): Promise<Includes> {
  const wants = wantsOf(asked);
  const failed: string[] = [];
  const orElse = <T>(read: Promise<T>, otherwise: T): Promise<T> =>
    read.catch((error: unknown) => {
      if (!(error instanceof DependencyFailed)) throw error;
      failed.push(error.dependency);
      return otherwise;
    });
  const referenced = wants.tweets || wants.theirAuthors ? await readReferenced(ctx, viewing, views) : NONE_REFERENCED;
  failed.push(...referenced.failed);
  const users = new Map<string, UserView>();
  const note = (view: { author: UserView["user"]; counts: UserView["counts"] }) =>
    users.set(view.author.id, { user: view.author, counts: view.counts });
  if (wants.authors) for (const view of views) note(view);
  if (wants.theirAuthors) for (const view of referenced.views.values()) note(view);
  const others = (await orElse(userIdsNamed(ctx, views, wants), [])).filter((id) => !users.has(id));
  if (others.length > 0) {
    for (const [id, view] of await orElse(readUserViews(ctx, others), new Map<string, UserView>())) users.set(id, view);
  }
  const tweetIds = [...views, ...referenced.views.values()].map(({ tweet }) => tweet.retweetedId ?? tweet.id);
  const about = { userIds: [...users.keys()], tweetIds };
  const viewerFields = await orElse(readViewerFields(ctx, viewing, asked, about), null);
  const tweets = referenced.ids.map((id) => {
    const view = referenced.views.get(id);
    return view === undefined ? unavailableTweet(id, asked) : presentTweet(view, asked, viewerFields);
  });
  const includes = {
    ...(users.size === 0 ? {} : { users: [...users.values()].map((view) => presentUser(view, asked, viewerFields)) }),
    ...(wants.tweets && tweets.length > 0 ? { [speaksOfPosts(asked) ? "posts" : "tweets"]: tweets } : {}),
  };
  return { ...(Object.keys(includes).length === 0 ? {} : { includes }), viewerFields, failed };
}

interface Referenced {
  readonly ids: readonly string[];
  readonly views: ReadonlyMap<string, ShownTweet>;
  readonly failed: readonly string[];
}
const NONE_REFERENCED: Referenced = { ids: [], views: new Map(), failed: [] };

/** The tweets that `views` answer, quote or retweet, as far as the viewer may see them. */
async function readReferenced(ctx: Ctx, viewing: Viewing, views: readonly ShownTweet[]): Promise<Referenced> {
  const pointers = views.flatMap(({ tweet }) => [tweet.retweetedId, tweet.quotedId, tweet.replyToId]);
  const ids = [...new Set(pointers.filter((id) => id !== null))];
  if (ids.length === 0) return NONE_REFERENCED;
  const known = new Map<string, ShownTweet>(
    views
      .flatMap((view) => (view.original === undefined ? [view] : [view, view.original]))
      .map((view) => [view.tweet.id, view]),
  );
  const found = await readVisibleTweets(
    ctx,
    viewing,
    "elsewhere",
    ids.filter((id) => !known.has(id)),
    { ownFromStore: false },
  );
  const seen = ids.flatMap((id): [string, ShownTweet][] => {
    const view = known.get(id) ?? found.views.get(id);
    return view === undefined ? [] : [[id, view]];
  });
  // What could not be read is not there: a placeholder would say that it is gone.
  return { ids: ids.filter((id) => !found.unread.has(id)), views: new Map(seen), failed: found.failed };
}

async function userIdsNamed(
  ctx: Ctx,
  views: readonly ShownTweet[],
  wants: ReturnType<typeof wantsOf>,
): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (const { tweet, retweeters = [] } of views) {
    if (wants.repliedTo && tweet.replyToUserId !== null) ids.add(tweet.replyToUserId);
    if (wants.authors) for (const id of retweeters.slice(0, RETWEETERS_SHOWN_MAX)) ids.add(id);
  }
  const names = wants.mentioned
    ? views.flatMap(({ tweet }) => (tweet.entities?.mentions ?? []).map((mention) => mention.username))
    : [];
  if (names.length > 0) for (const id of (await readUserIdsByUsername(ctx, names)).values()) ids.add(id);
  return [...ids];
}
