import { Hono } from "hono";
import { presentTimeline, presentTweet, presentTweets, presentUserPage } from "../hydrate/answers.ts";
import { Viewing } from "../hydrate/viewing.ts";
import { readVisibleTweets } from "../hydrate/visible-tweets.ts";
import { underKey } from "../lib/idempotency.ts";
import { requireSelf } from "../lib/require-self.ts";
import { handle, type AppEnv } from "../lib/route.ts";
import {
  createTweetOperation,
  deleteTweetOperation,
  getConversationOperation,
  getQuotesOperation,
  getRetweetersOperation,
  getRetweetsOfMeOperation,
  getRetweetsOperation,
  getTweetOperation,
  getTweetsOperation,
  hideReplyOperation,
  retweetOperation,
  undoRetweetOperation,
} from "./contract.ts";
import { createTweet } from "./create-tweet.ts";
import { deleteTweet } from "./delete-tweet.ts";
import { hideReply } from "./hide-reply.ts";
import { listQuotes, listRetweeters, listRetweets, listRetweetsOfMe } from "./list-references.ts";
import { readConversation } from "./read-conversation.ts";
import { retweetTweet } from "./retweet-tweet.ts";
import { undoRetweet } from "./undo-retweet.ts";

const routes = new Hono<AppEnv>();

handle(routes, createTweetOperation, async ({ ctx, actor, body }, c) => {
  const { id, text } = await underKey(ctx, actor, c.req.raw, body, (idempotency) =>
    createTweet(ctx, actor, { ...body, idempotency }),
  );
  return c.json({ data: { id, text, edit_history_tweet_ids: [id] } }, 201);
});

handle(routes, deleteTweetOperation, async ({ ctx, actor, params }, c) => {
  await deleteTweet(ctx, actor, params.id);
  return c.json({ data: { deleted: true } });
});

handle(routes, getTweetsOperation, async ({ ctx, viewer, query }) => {
  const viewing = new Viewing(ctx, viewer);
  const visible = await readVisibleTweets(ctx, viewing, "elsewhere", query.ids);
  return presentTweets(ctx, visible, query.ids, { viewing, asked: query });
});

handle(routes, getTweetOperation, async ({ ctx, viewer, params, query }) => {
  const viewing = new Viewing(ctx, viewer);
  const visible = await readVisibleTweets(ctx, viewing, "elsewhere", [params.id]);
  return presentTweet(ctx, visible, params.id, { viewing, asked: query });
});

handle(routes, getConversationOperation, async ({ ctx, viewer, params, query }) => {
  const viewing = new Viewing(ctx, viewer);
  const { max_results: count, pagination_token: token } = query;
  const page = await readConversation(ctx, viewing, params.id, { count, token });
  return presentTimeline(ctx, page, { viewing, asked: query });
});

handle(routes, hideReplyOperation, async ({ ctx, actor, params, body }, c) => {
  await hideReply(ctx, actor, { tweetId: params.id, hidden: body.hidden });
  return c.json({ data: { hidden: body.hidden } });
});

handle(routes, retweetOperation, async ({ ctx, actor, params, body }, c) => {
  requireSelf(actor, params.id);
  const data = await underKey(ctx, actor, c.req.raw, body, (idempotency) =>
    retweetTweet(ctx, actor, { tweetId: body.tweet_id, idempotency }),
  );
  return c.json({ data });
});

handle(routes, undoRetweetOperation, async ({ ctx, actor, params }, c) => {
  requireSelf(actor, params.id);
  await undoRetweet(ctx, actor, params.source_tweet_id);
  return c.json({ data: { retweeted: false } });
});

handle(routes, getRetweetersOperation, async ({ ctx, viewer, params, query }) => {
  const viewing = new Viewing(ctx, viewer);
  return presentUserPage(ctx, await listRetweeters(ctx, viewing, params.id, query), { viewing, asked: query });
});

handle(routes, getRetweetsOperation, async ({ ctx, viewer, params, query }) => {
  const viewing = new Viewing(ctx, viewer);
  return presentTimeline(ctx, await listRetweets(ctx, viewing, params.id, query), { viewing, asked: query });
});

handle(routes, getRetweetsOfMeOperation, async ({ ctx, actor, query }) => {
  const viewing = new Viewing(ctx, actor);
  return presentTimeline(ctx, await listRetweetsOfMe(ctx, viewing, actor, query), { viewing, asked: query });
});

handle(routes, getQuotesOperation, async ({ ctx, viewer, params, query }) => {
  const viewing = new Viewing(ctx, viewer);
  return presentTimeline(ctx, await listQuotes(ctx, viewing, params.id, query), { viewing, asked: query });
});

export default routes;
