import { readUserIdsByUsername } from "../accounts/reader.ts";
import { readVisibleLists } from "../hydrate/lists.ts";
import { readUserViews } from "../hydrate/users.ts";
import { Viewing } from "../hydrate/viewing.ts";
import { readVisibleTweets } from "../hydrate/visible-tweets.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { unpadId } from "../lib/snowflake.ts";
import type { ListTab, Page, ProfileTab } from "./page-at.ts";
import { listCard, profileCard, tweetCard, type Card } from "./cards.ts";
import { remembered } from "./remembered-pages.ts";

/** What a page says of itself to anybody. `moved`: this is not its address. */
export type Described =
  | { readonly kind: "shown"; readonly card: Card }
  | { readonly kind: "moved"; readonly path: string }
  | { readonly kind: "hidden" };

type OfSomething = Exclude<Page, { readonly kind: "app" }>;

const HIDDEN: Described = { kind: "hidden" };

/**
 * Reads what a page shows as somebody who is not signed in: a navigation carries no token. What they may not see and what
 * there is not are the same. At most the D1 queries of the API's look-up, none where it is remembered. Throws
 * DependencyFailed, or `unavailable`, where a store does not say.
 */
export async function describePage(ctx: Ctx, page: OfSomething): Promise<Described> {
  switch (page.kind) {
    case "nothing":
      return HIDDEN;
    case "tweet":
      return describeTweet(ctx, page);
    case "profile":
      return remembered(ctx, `@${page.username.toLowerCase()}/${page.tab}`, () => describeProfile(ctx, page));
    case "list":
      return remembered(ctx, `${page.id}/${page.tab}`, () => describeList(ctx, page));
  }
}

async function describeProfile(ctx: Ctx, { username, tab }: { username: string; tab: ProfileTab }): Promise<Described> {
  const id = (await readUserIdsByUsername(ctx, [username])).get(username.toLowerCase());
  if (id === undefined) return HIDDEN;
  const view = (await readUserViews(ctx, [id])).get(id);
  return view === undefined || view.user.protected ? HIDDEN : { kind: "shown", card: profileCard(view.user, tab) };
}

/** The read hall remembers tweets by itself. */
async function describeTweet(ctx: Ctx, { username, id }: { username: string; id: string }): Promise<Described> {
  const { views, unread } = await readVisibleTweets(ctx, new Viewing(ctx, null), "elsewhere", [id]);
  const view = views.get(id);
  if (view === undefined) {
    if (unread.has(id)) throw new DomainError("unavailable", "The store of this tweet does not answer. Try again.");
    return HIDDEN;
  }
  const { tweet, author } = view.original ?? view;
  const isHere = tweet.id === id && author.username.toLowerCase() === username.toLowerCase();
  if (!isHere) return { kind: "moved", path: `/${author.username}/status/${unpadId(tweet.id)}` };
  return { kind: "shown", card: tweetCard(tweet, author) };
}

async function describeList(ctx: Ctx, { id, tab }: { id: string; tab: ListTab }): Promise<Described> {
  const view = (await readVisibleLists(ctx, new Viewing(ctx, null), [id])).get(id);
  return view === undefined ? HIDDEN : { kind: "shown", card: listCard(view.list, view.owner, tab) };
}
