/**
 * Answers as the libraries' own types promise them. Each form is held against the library's type by the compiler, and each
 * answer against the form while tests run: a field that a type has and the form lacks does not compile, a field that no
 * type knows (beside ours, marked) is refused.
 */
import type { Schemas } from "@xdevplatform/xdk";
import type { InlineErrorV2, ListV2, TweetEntityUrlV2, TweetPublicMetricsV2, TweetV2, UserV2 } from "twitter-api-v2";
import * as z from "zod";
import type { AnswerKind, Library } from "./client-operations.ts";

const id = z.string().regex(/^[1-9][0-9]{0,18}$/);
const count = z.number().int().nonnegative();
const time = z.iso.datetime();
const span = { start: count, end: count };
const tagged = z.strictObject({ ...span, tag: z.string() });
const words = z.enum([
  "following",
  "followed_by",
  "follow_request_sent",
  "follow_request_received",
  "blocking",
  "muting",
]);
const settings = z.enum(["everyone", "mentionedUsers", "following"]);
const references = z
  .array(z.strictObject({ type: z.enum(["retweeted", "quoted", "replied_to"]), id }))
  .min(1)
  .exactOptional();
const some = <T extends z.ZodType>(one: T) => z.array(one).min(1).exactOptional();

/**
 * What the types promise and this API leaves out: how often a tweet was seen, the ids of those it mentions, where a link
 * leads in the end, and kinds of entities that a text has none of (X leaves those out as well).
 */
type Metrics = Omit<TweetPublicMetricsV2, "impression_count">;
type Known = NonNullable<TweetV2["entities"]>;
interface Entities {
  readonly mentions?: Omit<Known["mentions"][number], "id">[];
  readonly hashtags?: Known["hashtags"];
  readonly cashtags?: Known["cashtags"];
  readonly urls?: Omit<TweetEntityUrlV2, "unwound_url">[];
}
type KnownTweet = Omit<TweetV2, "public_metrics" | "entities"> & { public_metrics?: Metrics; entities?: Entities };

const problem = z.strictObject({
  title: z.string(),
  detail: z.string(),
  type: z.string(),
  resource_type: z.string().exactOptional(),
  resource_id: z.string().exactOptional(),
  parameter: z.string().exactOptional(),
  value: z.string().exactOptional(),
}) satisfies z.ZodType<InlineErrorV2>;

const user = z.strictObject({
  id,
  name: z.string(),
  username: z.string(),
  created_at: time.exactOptional(),
  description: z.string().exactOptional(),
  location: z.string().exactOptional(),
  url: z.string().exactOptional(),
  protected: z.boolean().exactOptional(),
  public_metrics: z
    .strictObject({ followers_count: count, following_count: count, tweet_count: count, listed_count: count })
    .exactOptional(),
  connection_status: z.array(words).exactOptional(),
  viewer: z.record(z.string(), z.boolean()).exactOptional(), // ours
}) satisfies z.ZodType<UserV2>;

const tweet = z.strictObject({
  id,
  text: z.string(),
  edit_history_tweet_ids: z.array(id).min(1),
  author_id: id.exactOptional(),
  created_at: time.exactOptional(),
  conversation_id: id.exactOptional(),
  in_reply_to_user_id: id.exactOptional(),
  referenced_tweets: references,
  reply_settings: settings.exactOptional(),
  public_metrics: z
    .strictObject({
      retweet_count: count,
      reply_count: count,
      like_count: count,
      quote_count: count,
      bookmark_count: count,
    })
    .exactOptional(),
  entities: z
    .strictObject({
      mentions: some(z.strictObject({ ...span, username: z.string() })),
      hashtags: some(tagged),
      cashtags: some(tagged),
      urls: some(z.strictObject({ ...span, url: z.string(), expanded_url: z.string(), display_url: z.string() })),
    })
    .exactOptional(),
  retweeted_by: some(id), // ours
  viewer: z.record(z.string(), z.boolean()).exactOptional(), // ours
  unavailable: z.literal(true).exactOptional(), // ours
}) satisfies z.ZodType<KnownTweet>;

const list = z.strictObject({
  id,
  name: z.string(),
  created_at: time.exactOptional(),
  description: z.string().exactOptional(),
  private: z.boolean().exactOptional(),
  follower_count: count.exactOptional(),
  member_count: count.exactOptional(),
  owner_id: id.exactOptional(),
}) satisfies z.ZodType<ListV2>;

/** The XDK gives the same in camel case; with `post.fields` posts have names of their own. */
const xdkUser = z.strictObject({
  ...user.omit({ created_at: true, public_metrics: true, connection_status: true }).shape,
  createdAt: time.exactOptional(),
  publicMetrics: z
    .strictObject({ followersCount: count, followingCount: count, postCount: count, listedCount: count })
    .exactOptional(),
  connectionStatus: z.array(words).exactOptional(),
}) satisfies z.ZodType<Schemas.User>;

type KnownPost = Omit<Schemas.Post, "publicMetrics"> & {
  publicMetrics?: Omit<NonNullable<Schemas.Post["publicMetrics"]>, "impressionCount">;
};
const post = z.strictObject({
  id,
  text: z.string(),
  editHistoryPostIds: z.array(id).min(1),
  authorId: id.exactOptional(),
  createdAt: time.exactOptional(),
  conversationId: id.exactOptional(),
  inReplyToUserId: id.exactOptional(),
  referencedPosts: references,
  replySettings: settings.exactOptional(),
  publicMetrics: z
    .strictObject({ repostCount: count, replyCount: count, likeCount: count, quoteCount: count, bookmarkCount: count })
    .exactOptional(),
  entities: z
    .strictObject({
      mentions: some(z.strictObject({ ...span, username: z.string() })),
      hashtags: some(tagged),
      cashtags: some(tagged),
      urls: some(z.strictObject({ ...span, url: z.string(), expandedUrl: z.string(), displayUrl: z.string() })),
    })
    .exactOptional(),
  retweetedBy: some(id), // ours
  viewer: z.record(z.string(), z.boolean()).exactOptional(), // ours
  unavailable: z.literal(true).exactOptional(), // ours
}) satisfies z.ZodType<KnownPost>;

const xdkList = z.strictObject({
  ...list.omit({ created_at: true, follower_count: true, member_count: true, owner_id: true }).shape,
  createdAt: time.exactOptional(),
  followerCount: count.exactOptional(),
  memberCount: count.exactOptional(),
  ownerId: id.exactOptional(),
}) satisfies z.ZodType<Schemas.List>;

const snake = (name: string) => name;
const camel = (name: string) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const renamed = <T>(fields: Readonly<Record<string, T>>, name: (key: string) => string): Record<string, T> =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [name(key), value]));

interface Things {
  readonly user: z.ZodType;
  readonly tweet: z.ZodType;
  readonly list: z.ZodType;
  readonly problem: z.ZodType;
  /** What `includes` calls tweets. */
  readonly tweets: string;
  readonly named: (name: string) => string;
}

function formsOf({ user, tweet, list, problem, tweets, named }: Things): Readonly<Record<AnswerKind, z.ZodType>> {
  const beside = {
    includes: z.strictObject({ users: some(user), [tweets]: some(tweet) }).exactOptional(),
    errors: some(problem),
  };
  const data = (shape: z.ZodRawShape) => z.strictObject({ data: z.strictObject(shape) });
  const page = (one: z.ZodType, ends: "no ends" | "may have ends" | "has ends") => {
    const end = ends === "may have ends" ? id.exactOptional() : id;
    const both = ends === "no ends" ? {} : { [named("newest_id")]: end, [named("oldest_id")]: end };
    const poll = ends === "no ends" ? {} : { [named("poll_after")]: count.exactOptional() }; // ours, of home
    const meta = {
      [named("result_count")]: count,
      ...both,
      [named("next_token")]: z.string().exactOptional(),
      ...poll,
    };
    const full = z
      .strictObject({ data: z.array(one).min(1), ...beside, meta: z.strictObject(meta) })
      .refine(
        (answer) => answer.meta[named("result_count")] === answer.data.length,
        "result_count is not that of data",
      );
    const none = z.strictObject({ [named("result_count")]: z.literal(0), ...poll });
    return z.union([full, z.strictObject({ ...beside, meta: none })]);
  };
  const one = (thing: z.ZodType) => z.strictObject({ data: thing, ...beside });
  const many = (thing: z.ZodType) => z.strictObject({ data: some(thing), ...beside });
  const thing = z.strictObject({ id, name: z.string() });
  return {
    posted: one(tweet),
    tweet: one(tweet),
    tweets: many(tweet),
    timeline: page(tweet, "has ends"),
    tweetList: page(tweet, "may have ends"),
    user: one(user),
    users: many(user),
    userPage: page(user, "no ends"),
    list: one(list),
    listPage: page(list, "no ends"),
    allLists: page(list, "no ends"),
    namedThing: one(thing),
    folders: page(thing, "no ends"),
    folderTweets: page(z.strictObject({ id }), "no ends"),
    following: data({ following: z.boolean(), [named("pending_follow")]: z.boolean() }),
    retweeted: data({ retweeted: z.boolean(), [named("rest_id")]: id }),
    done: z.strictObject({ data: z.record(z.string(), z.boolean()) }),
  };
}

const TWITTER_API = formsOf({ user, tweet, list, problem, tweets: "tweets", named: snake });
const camelProblem = z.strictObject(renamed(problem.shape, camel));
const XDK = formsOf({
  user: xdkUser,
  tweet: post,
  list: xdkList,
  problem: camelProblem,
  tweets: "posts",
  named: camel,
});

/** As it was on the wire, before the XDK renamed it. */
function asSent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asSent);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([key, inner]) => [
    key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    asSent(inner),
  ]);
  return Object.fromEntries(fields) as unknown;
}

/**
 * Throws, with what is wrong, where `answer` is not what `library` promises of `kind`. The XDK's types know post names
 * alone; where it could not ask for those it gets tweet names, in camel case.
 */
export function checkAnswer(library: Library, kind: AnswerKind, answer: unknown, postNames: boolean): void {
  const asPosts = library === "xdk" && postNames;
  const { error } = asPosts ? XDK[kind].safeParse(answer) : TWITTER_API[kind].safeParse(asSent(answer));
  if (error !== undefined) throw new Error(`${z.prettifyError(error)}\n${JSON.stringify(answer).slice(0, 1_000)}`);
}
