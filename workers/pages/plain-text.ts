/** Text of users for places that know no markup and little room: titles, descriptions. */

/** Control characters break lines; those that turn the direction of writing would turn all that stands behind them. */
const CONTROLS = /[\p{Cc}\u2028\u2029]/gu;
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/gu;

/** `text` on one line, in the direction its letters have. */
export function plainText(text: string): string {
  return text.replaceAll(DIRECTIONS, "").replaceAll(CONTROLS, " ").replaceAll(/\s+/g, " ").trim();
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** `text` in at most `most` characters as people count them: an emoji with all its parts is one. */
export function cutText(text: string, most: number): string {
  // Nothing is longer in graphemes than in UTF-16 units.
  if (text.length <= most) return text;
  const kept: string[] = [];
  for (const { segment } of graphemes.segment(text)) {
    if (kept.length === most) return `${kept.slice(0, -1).join("").trimEnd()}…`;
    kept.push(segment);
  }
  return text;
}
