import { ask } from "../api/client.ts";
import { TWEETS, USERS } from "../api/asking.ts";
import type { Question } from "../api/send.ts";
import type { TimelineAnswer, UsersAnswer } from "../api/types.ts";
import { noteWholeUser } from "../state/whole-users.ts";
import { noteAnswer } from "../state/tweets.ts";
import type { ListPage, LoadPage } from "./list-model.ts";

const TWEETS_PAGE = 20;
const PEOPLE_PAGE = 40;
/** After an unblock or an approval the answer may be a moment behind what the page shows already. */
const REFUSED_WAITS_MS = [300, 1200];

type Query = NonNullable<Question["query"]>;

interface Refusable {
  readonly errors?: readonly { readonly resource_type: string; readonly type: string }[] | undefined;
}

/** True where an answer is empty because the viewer may not read what belongs to the user. */
export const isRefused = ({ errors = [] }: Refusable): boolean =>
  errors.some(({ resource_type, type }) => resource_type === "user" && type.endsWith("#not-authorized-for-resource"));

/** Asks, and asks again where what was just allowed is still refused. Throws what `ask` throws, and for a refusal. */
async function askAllowed<T extends Refusable>(path: string, query: Query): Promise<T> {
  for (const wait of REFUSED_WAITS_MS) {
    const answer = await ask<T>(path, { query });
    if (!isRefused(answer)) return answer;
    await new Promise((done) => setTimeout(done, wait));
  }
  const answer = await ask<T>(path, { query });
  if (isRefused(answer)) throw new Error("You may not see this just now.");
  return answer;
}

/** Pages of tweets from `path`. */
export function tweetsFrom(path: string, query: Query = {}): LoadPage {
  return async (token) => {
    const asked = { ...TWEETS, ...query, max_results: TWEETS_PAGE, pagination_token: token };
    return notePage(await askAllowed<TimelineAnswer>(path, asked));
  };
}

/** Takes a page of tweets in. */
export function notePage(answer: TimelineAnswer): ListPage {
  noteAnswer(answer);
  return { keys: (answer.data ?? []).map(({ id }) => id), next: answer.meta.next_token };
}

/** Pages of people from `path`. */
export function peopleFrom(path: string): LoadPage {
  return async (token) => {
    const asked = { ...USERS, max_results: PEOPLE_PAGE, pagination_token: token };
    const answer = await askAllowed<UsersAnswer>(path, asked);
    for (const user of answer.data ?? []) noteWholeUser(user);
    return { keys: (answer.data ?? []).map(({ id }) => id), next: answer.meta?.next_token };
  };
}
