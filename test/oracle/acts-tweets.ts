import type { Person } from "../support/person.ts";
import { mayActOn } from "./bounds.ts";
import { Disagreement } from "./disagreement.ts";
import type { ModelTweet } from "./model.ts";
import { conversationAuthor, WORDS } from "./rules.ts";
import type { Run } from "./run.ts";

/** What people do with tweets. A retweet stands for its original, and what an actor may not see does not exist. */

/** Every fourth speaks of a bird. */
function textBy(run: Run, author: Person): string {
  const bird = run.upTo(3) === 0 ? run.pick(WORDS) : undefined;
  const about = bird === undefined ? "" : ` of a ${run.upTo(1) === 0 ? bird : bird.toUpperCase()}`;
  return `${run.nameOf(author.id)} says ${run.model.tweets.size}${about}`;
}

export async function post(run: Run, author: Person): Promise<void> {
  const text = textBy(run, author);
  const tweet = await run.anywhere(author).posts(text);
  run.model.post({ id: tweet.id, authorId: author.id, text }, run.now());
  run.tell(`   ${run.nameOf(author.id)} posts ${run.nameOf(tweet.id)} ${tweet.id}`);
}

export async function remove(run: Run, author: Person, id: string): Promise<void> {
  await run.anywhere(author).deletes({ id });
  run.model.delete(id, run.now());
  run.tell(`   ${run.nameOf(author.id)} deletes ${run.nameOf(id)}`);
}

/** @returns what the product answered, null where it refused; throws where the model expects otherwise. */
async function act<T>(
  run: Run,
  actor: Person,
  what: { readonly name: string; readonly tweet: ModelTweet; readonly forbidden?: boolean },
  request: { readonly path: string; readonly method?: string; readonly json: unknown },
): Promise<T | null> {
  const { path, json, method = "POST" } = request;
  const may = mayActOn(run.model, actor.id, what.tweet, run.unsettled);
  const response = await run.anywhere(actor).fetch(path, { method, json });
  const told = `${run.nameOf(actor.id)} ${what.name} ${run.nameOf(what.tweet.id)}: ${response.status}`;
  run.tell(`   ${told}`);
  const allowed = may === "yes" && what.forbidden !== true;
  const refused = what.forbidden === true ? [403, 404] : [404];
  if (response.ok && (may === "no" || what.forbidden === true)) throw new Disagreement(`${told}, but it may not`);
  if (!response.ok && (allowed || !refused.includes(response.status))) throw new Disagreement(`${told}, but it may`);
  return response.ok ? ((await response.json()) as T) : null;
}

interface WithId {
  readonly data: { readonly id: string };
}

export async function reply(run: Run, author: Person, tweet: ModelTweet): Promise<void> {
  const text = textBy(run, author);
  const json = { text, reply: { in_reply_to_tweet_id: tweet.id } };
  const answer = await act<WithId>(run, author, { name: "answers", tweet }, { path: "/2/tweets", json });
  if (answer === null) return;
  const { id } = answer.data;
  run.model.post({ id, authorId: author.id, text, replyTo: run.model.originalOf(tweet).id }, run.now());
  run.tell(`   by ${run.nameOf(id)} ${id}`);
}

export async function quote(run: Run, author: Person, tweet: ModelTweet): Promise<void> {
  const text = textBy(run, author);
  const original = run.model.originalOf(tweet);
  const forbidden = run.model.user(original.authorId).protected && original.authorId !== author.id;
  const json = { text, quote_tweet_id: tweet.id };
  const answer = await act<WithId>(run, author, { name: "quotes", tweet, forbidden }, { path: "/2/tweets", json });
  if (answer === null) return;
  const { id } = answer.data;
  run.model.post({ id, authorId: author.id, text, quoted: original.id }, run.now());
  run.tell(`   by ${run.nameOf(id)} ${id}`);
}

export async function retweet(run: Run, actor: Person, tweet: ModelTweet): Promise<void> {
  const original = run.model.originalOf(tweet);
  const forbidden = run.model.user(original.authorId).protected;
  const request = { path: `/2/users/${actor.id}/retweets`, json: { tweet_id: tweet.id } };
  const answer = await act<{ data: { rest_id: string } }>(run, actor, { name: "retweets", tweet, forbidden }, request);
  if (answer === null) return;
  const id = answer.data.rest_id;
  const known = run.model.retweetBy(actor.id, original.id);
  if (known === undefined) run.model.post({ id, authorId: actor.id, text: "", retweetOf: original.id }, run.now());
  else if (known.id !== id) throw new Disagreement(`a second retweet ${id} beside ${run.nameOf(known.id)}`);
  run.tell(`   by ${run.nameOf(id)} ${id}`);
}

/** Takes a retweet back, by its original's id or as a tweet like any other. */
export async function undo(run: Run, actor: Person, retweeted: ModelTweet): Promise<void> {
  if (run.upTo(3) === 0 || retweeted.retweetOf === null) return remove(run, actor, retweeted.id);
  await run.anywhere(actor).undoesRetweet({ id: retweeted.retweetOf });
  run.model.delete(retweeted.id, run.now());
  run.tell(`   ${run.nameOf(actor.id)} undoes ${run.nameOf(retweeted.id)}`);
}

export async function keep(run: Run, actor: Person, what: "likes" | "bookmarks", tweet: ModelTweet): Promise<void> {
  const request = { path: `/2/users/${actor.id}/${what}`, json: { tweet_id: tweet.id } };
  const answer = await act(run, actor, { name: what, tweet }, request);
  if (answer !== null) run.model.user(actor.id)[what].add(run.model.originalOf(tweet).id);
}

export async function drop(run: Run, actor: Person, what: "likes" | "bookmarks", tweetId: string): Promise<void> {
  await run.anywhere(actor).asks(`/2/users/${actor.id}/${what}/${tweetId}`, { method: "DELETE" });
  run.model.user(actor.id)[what].delete(tweetId);
  run.tell(`   ${run.nameOf(actor.id)} ${what} ${run.nameOf(tweetId)} no more`);
}

/** Hides a reply from the conversation that the actor began, or shows it again. */
export async function hide(run: Run, actor: Person, tweet: ModelTweet, hidden: boolean): Promise<void> {
  const mine = tweet.replyTo !== null && conversationAuthor(run.model, tweet) === actor.id;
  const forbidden = !mine || tweet.authorId === actor.id;
  const request = { path: `/2/tweets/${tweet.id}/hidden`, method: "PUT", json: { hidden } };
  const what = { name: hidden ? "hides" : "shows", tweet, forbidden };
  if ((await act(run, actor, what, request)) !== null) tweet.hidden = hidden;
}
