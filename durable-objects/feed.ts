import type { TimelineEntry } from "./timeline-entry.ts";

/** What KV holds for the readers of pull authors. */
export interface Feed {
  /** 1 is what older Workers wrote: `ids` alone, of tweets that were neither replies nor retweets. */
  readonly v: 2;
  /** The feed is complete for ids above this one. */
  readonly floor: string;
  /** Newest first, standing tweets only. */
  readonly entries: readonly TimelineEntry[];
}

export const feedKey = (authorId: string): string => `feed:${authorId}`;
/** A JSON array of author ids. */
export const PULL_LIST_KEY = "pull-authors";
