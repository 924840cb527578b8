import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { OWN_STRINGS } from "../../../bad-input/hostile-data.ts";
import { sharedData } from "../../../support/shared-data.ts";
import { exactText, textField } from "../../../../workers/lib/fields.ts";
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

/** Those of `texts` that the API takes as a tweet. */
export const tweetable = (texts: readonly string[]): string[] =>
  texts.filter((text) => exactText.safeParse(text).success && measureTweet(text).valid);

const NAME = textField(1, 50);
const BIO = textField(0, 160);

/** Those of `texts` that the API takes as a name. */
export const fitAsName = (texts: readonly string[]): string[] =>
  texts.filter((text) => NAME.safeParse(text).success && text.trim() !== "");

/** Those of `texts` that the API takes as what somebody says about themselves. */
export const fitAsBio = (texts: readonly string[]): string[] => texts.filter((text) => BIO.safeParse(text).success);

/** What a text reads like on a page where its links are shown as links are: shortened. */
export function withLinksShortened(text: string): string {
  const characters = [...text];
  for (const { start, end, display_url } of (extractEntities(text).urls ?? []).toReversed()) {
    characters.splice(start, end - start, display_url);
  }
  return characters.join("");
}
