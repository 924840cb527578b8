import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { OWN_STRINGS } from "../../../bad-input/hostile-data.ts";
import { sharedData } from "../../../support/shared-data.ts";
import { editProfile } from "../../../../workers/accounts/contract.ts";
import { extractEntities, measureTweet } from "../../../../workers/tweets/tweet-text.ts";

const LISTS = ["blns", "xss", "sqli", "h5sc"];

/** Every string of the lists beside the repository, and our own, each once. */
export function allHostileStrings(): readonly string[] {
  const lists = LISTS.flatMap((name) => {
    const path = sharedData(`hostile-strings/${name}.json.gz`);
    return path === null ? [] : (JSON.parse(gunzipSync(readFileSync(path)).toString()) as string[]);
  });
  return [...new Set([...OWN_STRINGS, ...lists])];
}

const isExact = (text: string): boolean => text.isWellFormed() && !text.includes("\u0000");

/** Those of `texts` that the API takes as a tweet. */
export const tweetable = (texts: readonly string[]): string[] =>
  texts.filter((text) => isExact(text) && measureTweet(text).valid);

/** Those of `texts` that the API takes as a name, or as what somebody says about themselves. */
export function fitFor(field: "name" | "description", texts: readonly string[]): string[] {
  return texts.filter((text) => editProfile.body?.safeParse({ [field]: text }).success === true);
}

/** What a text reads like on a page where its links are shown as links are: shortened. */
export function withLinksShortened(text: string): string {
  const characters = [...text];
  for (const { start, end, display_url } of (extractEntities(text).urls ?? []).toReversed()) {
    characters.splice(start, end - start, display_url);
  }
  return characters.join("");
}
