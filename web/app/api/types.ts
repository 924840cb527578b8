/** What travels: the contracts' own types, so that the page cannot disagree with the Worker about them. */
import type * as z from "zod";
import type { MutedWord } from "../../../workers/graph/muted-word.ts";
import type { SessionData } from "../../../workers/accounts/session-answer.ts";
import type {
  timelineAnswer,
  tweetAnswer,
  tweetsAnswer,
  userAnswer,
  usersAnswer,
} from "../../../workers/hydrate/contract.ts";
import type { listAnswer, listsAnswer } from "../../../workers/hydrate/list-contract.ts";

export type { UserObject as User } from "../../../workers/hydrate/contract.ts";
export type { TweetObject as Tweet } from "../../../workers/hydrate/contract.ts";
export type { ListObject as TweetList } from "../../../workers/hydrate/list-contract.ts";

export type SessionAnswer = { readonly data: SessionData };
export type TimelineAnswer = z.infer<typeof timelineAnswer>;
export type TweetAnswer = z.infer<typeof tweetAnswer>;
export type TweetsAnswer = z.infer<typeof tweetsAnswer>;
export type UserAnswer = z.infer<typeof userAnswer>;
export type UsersAnswer = z.infer<typeof usersAnswer>;
export type ListAnswer = z.infer<typeof listAnswer>;
export type ListsAnswer = z.infer<typeof listsAnswer>;
export type { LiveMessage } from "../../../workers/lib/live-message.ts";
export type { MutedWord };
export type MutedWordAnswer = { readonly data: MutedWord };
export type MutedWordsAnswer = { readonly data?: readonly MutedWord[] };
