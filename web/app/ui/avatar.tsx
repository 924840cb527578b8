import type { User } from "../api/types.ts";

const TINTS = 8;

/** A user's initial on a colour of their own. Decoration: the name stands beside it. */
export function Avatar({ user, large = false }: { readonly user: User | undefined; readonly large?: boolean }) {
  const initial = firstGrapheme(user?.name.trim() ?? "") || "?";
  const tint = user === undefined ? 0 : Number(user.id.slice(-4)) % TINTS;
  return (
    <span class={`avatar tint-${tint}${large ? " large" : ""}`} aria-hidden="true">
      {initial}
    </span>
  );
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function firstGrapheme(text: string): string {
  for (const { segment } of graphemes.segment(text)) {
    // What is not seen, a change of direction for one, is nobody's initial.
    if (!/^[\p{C}\p{Z}]/u.test(segment)) return segment.toLocaleUpperCase();
  }
  return "";
}
