import type { ComponentChildren } from "preact";
import type { TweetEntities } from "../../../workers/tweets/tweet-text.ts";
import type { Tweet } from "../api/types.ts";

type Entities = NonNullable<Tweet["entities"]> | TweetEntities;

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly draw: (text: string) => ComponentChildren;
}

interface Props {
  readonly text: string;
  readonly entities?: Entities | undefined;
}

/** A tweet's text with its mentions, tags and links; everything else is text and nothing but text. */
export function TweetText({ text, entities = {} }: Props) {
  return <>{cut(text, piecesOf(entities))}</>;
}

/** The same text letter for letter, with its entities in colour: what lies under a field in which it is written. */
export function ColouredText({ text, entities = {} }: Props) {
  const colour = (part: string) => <span class="tag">{part}</span>;
  return (
    <>
      {cut(
        text,
        piecesOf(entities).map((piece) => ({ ...piece, draw: colour })),
      )}
    </>
  );
}

/** The text cut at its entities. Their places count code points, as X's do. */
function cut(text: string, pieces: readonly Piece[]): ComponentChildren[] {
  const characters = Array.from(text);
  const slice = (from: number, to: number) => characters.slice(from, to).join("");
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const { start, end, draw } of pieces) {
    if (start < from || end > characters.length) continue;
    if (start > from) parts.push(slice(from, start));
    parts.push(draw(slice(start, end)));
    from = end;
  }
  if (from < characters.length) parts.push(slice(from, characters.length));
  return parts;
}

/** In the order of the text. */
function piecesOf(entities: Entities): Piece[] {
  const tag = (text: string) => <span class="tag">{text}</span>;
  const pieces: Piece[] = [
    ...(entities.mentions ?? []).map(({ start, end, username }) => ({
      start,
      end,
      draw: (text: string) => <a href={`/${username}`}>{text}</a>,
    })),
    ...(entities.urls ?? []).map(({ start, end, expanded_url, display_url }) => ({
      start,
      end,
      draw: (text: string) => <OutsideLink url={expanded_url} shown={display_url} text={text} />,
    })),
    ...(entities.hashtags ?? []).map(({ start, end }) => ({ start, end, draw: tag })),
    ...(entities.cashtags ?? []).map(({ start, end }) => ({ start, end, draw: tag })),
  ];
  return pieces.sort((a, b) => a.start - b.start);
}

/** A link that leaves; whatever is no web address stays text. */
export function OutsideLink(props: { readonly url: string; readonly shown: string; readonly text: string }) {
  if (!/^https?:\/\//i.test(props.url) || !URL.canParse(props.url)) return <>{props.text}</>;
  return (
    <a href={props.url} title={props.url} target="_blank" rel="noopener noreferrer nofollow ugc">
      {props.shown}
    </a>
  );
}
