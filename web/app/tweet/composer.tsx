import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { reasonOf } from "../api/client.ts";
import { viewer } from "../api/tokens.ts";
import type { Draft } from "../state/dialogs.ts";
import { draftText, post } from "../state/posting.ts";
import { say } from "../state/toasts.ts";
import { useAttemptKey } from "../ui/attempt-key.ts";
import { Avatar } from "../ui/avatar.tsx";
import type * as Measure from "./measure.ts";
import { QuotedTweet } from "./tweet-card.tsx";
import { ColouredText } from "./tweet-text.tsx";

type Rules = typeof Measure;

interface Props {
  readonly draft: Draft;
  readonly label: string;
  readonly placeholder: string;
  readonly action: string;
  readonly onPosted?: () => void;
}

/** From here on the counter says how much is left. */
const NEAR = 20;

/** Writes a tweet: counted by the Worker's own rules, mentions and tags in colour. What was typed stays until it is posted. */
export function Composer({ draft, label, placeholder, action, onPosted }: Props) {
  const [id, text] = [useId(), draftText(draft)];
  const rules = useSignal<Rules | null>(null);
  const [sending, failure] = [useSignal(false), useSignal("")];
  const attempt = useAttemptKey();
  const beginning = useSignal(text.peek() !== "");
  useEffect(() => {
    // As large as the rest of the app: it comes when somebody means to write.
    if (!beginning.value) return;
    // Without it, offline for one, the server counts.
    import("./measure.ts").then(
      (loaded) => (rules.value = loaded),
      () => undefined,
    );
  }, [beginning.value]);
  const measured = rules.value?.measureTweet(text.value);
  const left = measured === undefined ? null : (rules.value?.TWEET_WEIGHTED_LENGTH_MAX ?? 0) - measured.weightedLength;
  const ready = text.value.trim() !== "" && measured?.valid !== false && !sending.value;

  const submit = async (event?: Event) => {
    event?.preventDefault();
    if (!ready) return;
    [sending.value, failure.value] = [true, ""];
    try {
      await post(text.value, draft, attempt.keyOf(text.value));
      text.value = "";
      attempt.done();
      say(draft.replyTo === undefined ? "Your tweet was posted." : "Your reply was posted.");
      onPosted?.();
    } catch (error) {
      failure.value = `Not posted: your text is kept. ${reasonOf(error)}`;
    } finally {
      sending.value = false;
    }
  };

  return (
    <form class="composer" aria-label={label} onSubmit={submit}>
      <Avatar user={viewer.value ?? undefined} />
      <div class="writing">
        <div class="shown" aria-hidden="true" dir="auto">
          <ColouredText text={text.value} entities={rules.value?.extractEntities(text.value)} />{" "}
        </div>
        <textarea
          value={text.value}
          placeholder={placeholder}
          aria-label={label}
          aria-describedby={`left-${id}`}
          dir="auto"
          rows={2}
          onFocus={() => (beginning.value = true)}
          onInput={(event) => (text.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit();
          }}
        />
      </div>
      {draft.quote !== undefined && <QuotedTweet id={draft.quote} />}
      {failure.value !== "" && (
        <p class="failure" role="alert">
          {failure.value}
        </p>
      )}
      <div class="composer-foot">
        <Counter left={left} id={`left-${id}`} invalid={measured?.reason === "invalid_characters"} />
        <button type="submit" class="button primary" disabled={!ready}>
          {sending.value ? "Posting…" : action}
        </button>
      </div>
    </form>
  );
}

function Counter({
  left,
  id,
  invalid,
}: {
  readonly left: number | null;
  readonly id: string;
  readonly invalid: boolean;
}) {
  const state = left === null ? "" : left < 0 ? "over" : left <= NEAR ? "near" : "";
  const words = invalid
    ? "Some characters in this text cannot be posted."
    : left === null
      ? ""
      : left < 0
        ? `${-left} characters too many`
        : `${left} characters left`;
  return (
    <span id={id} class={`counter ${state}`} role={state === "" ? undefined : "status"} title={words}>
      <span aria-hidden="true" class="counter-number">
        {left}
      </span>
      <span class="unseen">{words}</span>
    </span>
  );
}
