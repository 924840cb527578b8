import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { newTweets } from "../feed/live-home.ts";
import { goBack } from "../state/router.ts";
import { Icon } from "./icon.tsx";

interface Props {
  readonly title: string;
  /** Below the title, small. */
  readonly note?: ComponentChildren;
  /** With a button that goes back. */
  readonly back?: boolean;
  readonly children?: ComponentChildren;
}

/** A heading went that had the focus: the one in its place, of the page as it is when its data are there, takes it. */
let wasFocused = false;

/** A page's heading, which stays on top, and the document's title. */
export function PageHead({ title, note, back = false, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const waiting = newTweets.value.length;
  useLayoutEffect(() => {
    const mine = heading.current;
    if (wasFocused) mine?.focus({ preventScroll: true });
    wasFocused = false;
    return () => {
      wasFocused = mine !== null && document.activeElement === mine;
    };
  }, []);
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${title} · Dunlin`;
  }, [title, waiting]);
  return (
    <header class="page-head">
      {back && (
        <button type="button" class="icon-button" aria-label="Back" onClick={() => goBack()}>
          <Icon name="back" />
        </button>
      )}
      <div class="page-title">
        <h1 tabIndex={-1} ref={heading}>
          <bdi>{title}</bdi>
        </h1>
        {note !== undefined && <p>{note}</p>}
      </div>
      {children}
    </header>
  );
}
