import type { Shown } from "./shown-entries.ts";
import type { Merge } from "./timeline-pages.ts";

/** What the Worker asks of a home timeline, and is answered. */

/** What a page of home is read by. Arguments are objects that only grow: old objects meet new Workers during a deploy. */
export interface ReadHome {
  /** Exclusive. */
  readonly before: string;
  /** Exclusive. */
  readonly since: string;
  readonly count: number;
  /** The list of pull authors; those followed come back in `pulled`. */
  readonly pullAuthors?: readonly string[];
  /** Unix milliseconds, for mutes that end; the object's own time unless given. */
  readonly now?: number;
  readonly withoutRetweets?: boolean;
  readonly withoutReplies?: boolean;
}

export type HomeRead =
  | { readonly state: "cold"; readonly base: number }
  | {
      readonly state: "ready";
      readonly base: number;
      readonly floor: string;
      readonly through: string;
      readonly seenAt: number;
      readonly entries: Shown["entries"];
      readonly more: Shown["more"];
      readonly risen?: Shown["risen"];
      readonly pulled: readonly string[];
      /** Beside pull authors: what the timeline knows to be deleted or undone, which their feeds may still hold. */
      readonly gone?: readonly string[];
      /** Lower-cased; only where there are any. */
      readonly mutedWords?: readonly string[];
      /** Above that id tweets of `followed` may be missing that came while the owner was away; a merge with `wholeAbove` brings them. */
      readonly lost?: { readonly above: string; readonly followed: readonly string[] };
      /** Names the memory that answered: see MergeHome. */
      readonly memory: string;
    };

/** How the owner stands to some users, and which tweets show at or above an id. */
export interface CheckHome {
  readonly userIds: readonly string[];
  readonly tweetIds: readonly string[];
  readonly above: string;
  readonly now: number;
}

export type HomeCheck =
  | { readonly state: "cold" }
  | {
      readonly state: "ready";
      readonly standings: Readonly<Record<string, HomeStanding>>;
      readonly held: readonly string[];
    };

export interface HomeStanding {
  readonly following: boolean;
  readonly blocking: boolean;
  readonly blockedBy: boolean;
  readonly muting: boolean;
}

export interface MergeHome extends Merge {
  /** As the read or the follow said; a merge based on another life of the timeline is refused. */
  readonly basedOn: number;
  /** With `wholeAbove`, as the read said: what came since to a memory that is lost by now would be missing. */
  readonly memory?: string;
}
