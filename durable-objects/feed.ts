/** What KV holds for the readers of pull authors. */
export interface Feed {
  readonly v: 1;
  /** The feed is complete for ids above this one. */
  readonly floor: string;
  /** Newest first, standing tweets only. */
  readonly ids: readonly string[];
}

export const feedKey = (authorId: string): string => `feed:${authorId}`;
/** A JSON array of author ids. */
export const PULL_LIST_KEY = "pull-authors";
