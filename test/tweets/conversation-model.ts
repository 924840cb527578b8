import { expect } from "vitest";
import type { Person, TweetJson } from "../support/world.ts";

/**
 * A conversation and the order it is read in, said again in the plainest way: with every tweet at hand, and nothing of
 * how the product keeps them.
 */
export interface Said {
  readonly id: string;
  readonly authorId: string;
  /** What it answers; null for the first. */
  readonly parent: Said | null;
  deleted?: boolean;
  /** By the author of the conversation. */
  hidden?: boolean;
}

const byId = (a: Said, b: Said): number => (BigInt(a.id) < BigInt(b.id) ? -1 : 1);
const goesOn = (said: Said): boolean => said.parent?.authorId === said.authorId;

/** What `viewerId` reads round `focal`, in order: ancestors, the tweet, its author's thread, then the replies depth first. */
export function readingOrder(all: readonly Said[], focal: Said, viewerId: string | null): string[] {
  const answersTo = (said: Said) => all.filter((other) => other.parent === said).sort(byId);
  const ancestors: Said[] = [];
  for (let above = focal.parent; above !== null; above = above.parent) ancestors.unshift(above);
  const threadBelow = (said: Said): Said[] =>
    answersTo(said)
      .filter(goesOn)
      .flatMap((own) => [own, ...threadBelow(own)]);
  const thread = [focal, ...threadBelow(focal).sort(byId)];
  const withAnswers = (said: Said): Said[] => {
    const answers = answersTo(said);
    return [said, ...[...answers.filter(goesOn), ...answers.filter((one) => !goesOn(one))].flatMap(withAnswers)];
  };
  const replies = thread.flatMap((own) =>
    answersTo(own)
      .filter((answer) => !goesOn(answer))
      .flatMap(withAnswers),
  );
  const first = ancestors[0] ?? focal;
  const mayRead = (said: Said) => said.hidden !== true || [first.authorId, said.authorId].includes(viewerId ?? "");
  const below = [...thread.slice(1), ...replies].filter(mayRead);
  return [...ancestors.filter(mayRead), focal, ...below].filter((said) => said.deleted !== true).map((said) => said.id);
}

interface ConversationJson {
  readonly data?: readonly TweetJson[];
  readonly meta: { readonly result_count: number; readonly next_token?: string; readonly degraded?: unknown };
}

const PAGES_MAX = 3_000;

/** Every page of the conversation round `tweet`, as ids. The person's token is sent, unless `anonymous` is asked for. */
export async function conversationPages(
  person: Person,
  tweet: { readonly id: string },
  pageSize: number,
  options: { readonly anonymous?: boolean; readonly eachPage?: () => void } = {},
): Promise<string[][]> {
  const pages: string[][] = [];
  let token = "";
  do {
    const path = `/2/tweets/${tweet.id}/conversation?max_results=${pageSize}${token}`;
    const { data = [], meta } =
      options.anonymous === true
        ? ((await (await person.isolate.fetch(path)).json()) as ConversationJson)
        : await person.asks<ConversationJson>(path);
    expect(meta.result_count).toBe(data.length);
    expect(meta.degraded).toBeUndefined();
    pages.push(data.map(({ id }) => id));
    options.eachPage?.();
    token = meta.next_token === undefined ? "" : `&pagination_token=${encodeURIComponent(meta.next_token)}`;
    if (pages.length > PAGES_MAX) throw new Error(`the conversation of ${tweet.id} has no end`);
  } while (token !== "");
  return pages;
}

/** All of it. */
export const wholeConversation = async (...asked: Parameters<typeof conversationPages>): Promise<string[]> =>
  (await conversationPages(...asked)).flat();
