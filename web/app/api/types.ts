/** What travels: the contracts' own types, so that the page cannot disagree with the Worker about them. */
import type * as z from "zod";
import type {
  timelineAnswer,
  tweetAnswer,
  tweetsAnswer,
  userAnswer,
  usersAnswer,
} from "../../../workers/hydrate/contract.ts";
import type { listAnswer, listsAnswer } from "../../../workers/hydrate/list-contract.ts";

import type { UserObject as User } from "../../../workers/hydrate/contract.ts";
export type { TweetObject as Tweet } from "../../../workers/hydrate/contract.ts";
export type { User };
export type { ListObject as TweetList } from "../../../workers/hydrate/list-contract.ts";

export type SessionAnswer = { readonly data: { readonly user: User; readonly access_token: string; readonly expires_in: number } };
export type TimelineAnswer = z.infer<typeof timelineAnswer>;
export type TweetAnswer = z.infer<typeof tweetAnswer>;
export type TweetsAnswer = z.infer<typeof tweetsAnswer>;
export type UserAnswer = z.infer<typeof userAnswer>;
export type UsersAnswer = z.infer<typeof usersAnswer>;
export type ListAnswer = z.infer<typeof listAnswer>;
export type ListsAnswer = z.infer<typeof listsAnswer>;
/** As graph/hiding-contract.ts has it: importing that would bring the Worker's runtime types in. */
export interface MutedWord {
  readonly word: string;
  readonly expires_at?: string;
}
export type MutedWordAnswer = { readonly data: MutedWord };
export type MutedWordsAnswer = { readonly data?: readonly MutedWord[] };
