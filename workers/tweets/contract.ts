import * as z from "zod";
import {
  listPaging,
  timelineAnswer,
  tweetAnswer,
  tweetAsking,
  tweetsAnswer,
  tweetObject,
  userAsking,
  usersAnswer,
} from "../hydrate/contract.ts";
import { idField, idListField, nameListField } from "../lib/fields.ts";
import { operation, type Operation } from "../lib/route.ts";

const tweetId = z.object({ id: idField });
const tag = "Tweets";

const createTweetBody = z
  .object({
    text: z.string().max(65_536).meta({ description: "1 to 280 weighted characters, by twitter-text's v3 rules" }),
    reply: z.object({ in_reply_to_tweet_id: idField }).optional(),
    quote_tweet_id: idField.optional(),
    reply_settings: z
      .enum(["everyone", "mentionedUsers", "following", "subscribers", "verified"])
      .optional()
      .meta({ description: "who may answer, for a whole conversation; subscribers and verified are refused with 422" }),
    media: z
      .object({ media_ids: z.array(idField).max(4) })
      .optional()
      .meta({ description: "not possible yet: answered with 422" }),
  })
  .meta({ id: "CreateTweet" });

export const createTweetOperation = operation({
  method: "post",
  path: "/tweets",
  id: "createTweet",
  tag,
  summary: "Post a tweet",
  description: "An `Idempotency-Key` header makes a retry safe: the same key gives the first answer for 24 hours.",
  auth: "required",
  body: createTweetBody,
  success: { status: 201, description: "posted", schema: z.object({ data: tweetObject }) },
  errors: [403, 404, 413, 415, 422],
});

export const deleteTweetOperation = operation({
  method: "delete",
  path: "/tweets/:id",
  id: "deleteTweet",
  tag,
  summary: "Delete one of your tweets",
  auth: "required",
  params: tweetId,
  success: { status: 200, description: "deleted", schema: z.object({ data: z.object({ deleted: z.boolean() }) }) },
  errors: [403, 404],
});

export const getTweetOperation = operation({
  method: "get",
  path: "/tweets/:id",
  id: "getTweet",
  tag,
  summary: "Look up one tweet",
  auth: "optional",
  params: tweetId,
  query: z.object(tweetAsking),
  success: { status: 200, description: "the tweet", schema: tweetAnswer },
  errors: [404],
});

export const getTweetsOperation = operation({
  method: "get",
  path: "/tweets",
  id: "getTweets",
  tag,
  summary: "Look up to 100 tweets",
  auth: "optional",
  query: z.object({ ids: idListField, ...tweetAsking }),
  success: { status: 200, description: "those found; the rest in `errors`", schema: tweetsAnswer },
});

export const hideReplyOperation = operation({
  method: "put",
  path: "/tweets/:id/hidden",
  id: "hideReply",
  tag,
  summary: "Hide a reply in a conversation that you began, or show it again",
  description: "It leaves the conversation for everybody but you and its author; by itself it stays readable.",
  auth: "required",
  params: tweetId,
  body: z.object({ hidden: z.boolean() }).meta({ id: "HideReply" }),
  success: { status: 200, description: "done", schema: z.object({ data: z.object({ hidden: z.boolean() }) }) },
  errors: [403, 404, 413, 415],
});

const tweetPage = z.object({ ...listPaging(100), ...tweetAsking });
const userPage = z.object({ ...listPaging(100), ...userAsking });

export const getConversationOperation = operation({
  method: "get",
  path: "/tweets/:id/conversation",
  id: "getConversation",
  tag,
  summary: "The whole conversation round a tweet, in reading order",
  description:
    "What the tweet answers comes first (up to 100, with the first page, beside `max_results`), then the tweet, its " +
    "author's own thread, and the replies, each with all that answers it behind it.",
  auth: "optional",
  params: tweetId,
  query: tweetPage,
  success: { status: 200, description: "a page", schema: timelineAnswer },
  errors: [404],
});

export const getQuotesOperation = operation({
  method: "get",
  path: "/tweets/:id/quote_tweets",
  id: "getQuotes",
  tag: "Retweets and quotes",
  summary: "Tweets that quote a tweet, newest first",
  auth: "optional",
  params: tweetId,
  query: tweetPage.extend({ exclude: nameListField(["replies", "retweets"]).optional() }),
  success: { status: 200, description: "a page", schema: timelineAnswer },
  errors: [404],
});

export const getRetweetersOperation = operation({
  method: "get",
  path: "/tweets/:id/retweeted_by",
  id: "getRetweeters",
  tag: "Retweets and quotes",
  summary: "Who retweets a tweet",
  description: "In the order of their ids, newest account first.",
  auth: "optional",
  params: tweetId,
  query: userPage,
  success: { status: 200, description: "a page of users", schema: usersAnswer },
  errors: [404],
});

export const getRetweetsOperation = operation({
  method: "get",
  path: "/tweets/:id/retweets",
  id: "getRetweets",
  tag: "Retweets and quotes",
  summary: "The retweets of a tweet",
  description: "In the order of their authors' ids, newest account first.",
  auth: "optional",
  params: tweetId,
  query: tweetPage,
  success: { status: 200, description: "a page", schema: timelineAnswer },
  errors: [404],
});

export const getRetweetsOfMeOperation = operation({
  method: "get",
  path: "/users/reposts_of_me",
  id: "getRetweetsOfMe",
  tag: "Retweets and quotes",
  summary: "Your tweets that others retweeted, newest first",
  auth: "required",
  query: tweetPage,
  success: { status: 200, description: "a page", schema: timelineAnswer },
});

export const retweetOperation = operation({
  method: "post",
  path: "/users/:id/retweets",
  id: "retweet",
  tag: "Retweets and quotes",
  summary: "Retweet a tweet",
  description: "`id` is your own. Retweeting a retweet is retweeting its original; twice is once.",
  auth: "required",
  params: tweetId,
  body: z.object({ tweet_id: idField }).meta({ id: "Retweet" }),
  success: {
    status: 200,
    description: "retweeted; `rest_id` is the retweet",
    schema: z.object({ data: z.object({ retweeted: z.boolean(), rest_id: z.string() }) }),
  },
  errors: [403, 404, 413, 415, 422],
});

export const undoRetweetOperation = operation({
  method: "delete",
  path: "/users/:id/retweets/:source_tweet_id",
  id: "undoRetweet",
  tag: "Retweets and quotes",
  summary: "Take a retweet back",
  description: "`id` is your own. Where there is none nothing changes.",
  auth: "required",
  params: z.object({ id: idField, source_tweet_id: idField }),
  success: { status: 200, description: "undone", schema: z.object({ data: z.object({ retweeted: z.boolean() }) }) },
  errors: [403],
});

export const operations: readonly Operation[] = [
  createTweetOperation,
  deleteTweetOperation,
  getTweetsOperation,
  getTweetOperation,
  getConversationOperation,
  hideReplyOperation,
  retweetOperation,
  undoRetweetOperation,
  getRetweetersOperation,
  getRetweetsOperation,
  getRetweetsOfMeOperation,
  getQuotesOperation,
];
