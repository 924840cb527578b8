export type IconName =
  | "back"
  | "bookmark"
  | "bookmark-on"
  | "close"
  | "compose"
  | "help"
  | "home"
  | "like"
  | "like-on"
  | "list"
  | "lock"
  | "more"
  | "person"
  | "pin"
  | "quote"
  | "reply"
  | "requests"
  | "retweet"
  | "settings";

/** A drawing in the colour of the text round it; whoever uses it gives the name. */
export function Icon({ name }: { readonly name: IconName }) {
  return <i class={`icon icon-${name}`} aria-hidden="true" />;
}
