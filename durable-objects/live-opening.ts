/** How the Worker asks a timeline for a socket: the token stays behind, only its end goes along. */

/** The object's address for that; `until` is when the token ends, in Unix milliseconds. */
export const liveUrl = (until: number): string => `https://home-timeline/live?until=${until}`;
export const untilOf = (url: string): number => Number(new URL(url).searchParams.get("until"));

/** Of the answer: the owner's visit as the timeline knows it, in Unix milliseconds; absent where it is cold. */
export const SEEN_AT_HEADER = "x-seen-at";
