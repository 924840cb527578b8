import type { TweetJson } from "../support/person.ts";
import { checkTweets, getPage, same, type Reader } from "./checks.ts";
import { Disagreement } from "./disagreement.ts";
import type { Run } from "./run.ts";
import type { Line } from "./views.ts";

/** Whole lists at rest, read page by page. */

/** Anybody, or at times nobody: what is public reads without an account. */
export function someReader(run: Run): Reader {
  const person = run.upTo(7) === 0 ? undefined : run.pick(run.people);
  return person === undefined ? null : run.anywhere(person);
}

/** A timeline to its end, in pages of any size. */
export async function wholeTimeline(
  run: Run,
  reader: () => Reader,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<TweetJson[]> {
  const tweets: TweetJson[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < 300; pages += 1) {
    const size = 1 + run.upTo(run.upTo(1) === 0 ? 4 : 24);
    const who = reader();
    const page = await getPage(run, who, path, { max_results: size, ...query, pagination_token: token });
    if (page === null) throw new Disagreement(`there is no ${path}`);
    if (page.ids.length > size) throw new Disagreement(`${path} gives more than ${size}`);
    checkTweets(run, who, page, "elsewhere");
    tweets.push(...page.tweets);
    token = page.meta.next_token;
    if (token === undefined) return tweets;
  }
  throw new Disagreement(`${path} has no end`);
}

/** The lines are the model's, and each retweet names its retweeters, newest first: all, or the newest of them. */
export function checkLines(run: Run, what: string, got: readonly TweetJson[], wanted: readonly Line[]): void {
  same(
    run,
    what,
    got.map((tweet) => tweet.id),
    wanted.map((line) => line.id),
  );
  for (const [index, json] of got.entries()) {
    const { id, retweeters } = wanted[index] ?? { id: "", retweeters: [] };
    const named = json["retweeted_by"] as readonly string[] | undefined;
    if (run.model.tweet(id).retweetOf === null) {
      if (named !== undefined) throw new Disagreement(`${what}: ${run.nameOf(id)} is no retweet, yet names retweeters`);
      continue;
    }
    const known = retweeters.filter((one) => named?.includes(one) === true);
    if (named === undefined || named[0] !== retweeters[0] || known.join() !== named.join()) {
      const told = `${run.names(named ?? [])} instead of ${run.names(retweeters)}`;
      throw new Disagreement(`${what}: ${run.nameOf(id)} names ${told}`);
    }
  }
}
