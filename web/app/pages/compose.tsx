import { go, place } from "../state/router.ts";
import { Composer } from "../tweet/composer.tsx";
import { PageHead } from "../ui/page-head.tsx";

/** `/compose?text=`: a page to write on, for links from elsewhere. */
export function ComposePage() {
  const text = new URLSearchParams(place.peek().search).get("text") ?? "";
  return (
    <>
      <PageHead title="New tweet" back />
      <Composer
        draft={{ text }}
        label="Tweet text"
        placeholder="What is happening?"
        action="Post"
        onPosted={() => go("/home")}
      />
    </>
  );
}
