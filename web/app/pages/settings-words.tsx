import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { ask, reasonOf } from "../api/client.ts";
import { viewer } from "../api/tokens.ts";
import type { MutedWord, MutedWordAnswer, MutedWordsAnswer } from "../api/types.ts";
import { say } from "../state/toasts.ts";
import { CountedField, Form, typed } from "../ui/form.tsx";
import { Icon } from "../ui/icon.tsx";
import { Time } from "../ui/time.tsx";

const WORD_MAX = 100;
const DAY_MS = 86_400_000;
const ENDS = [
  { label: "For good", days: 0 },
  { label: "For 24 hours", days: 1 },
  { label: "For 7 days", days: 7 },
  { label: "For 30 days", days: 30 },
] as const;

type Words = Signal<readonly MutedWord[] | null>;

const pathOf = (word?: string): string =>
  `/users/${viewer.peek()?.id ?? "0"}/muted_words${word === undefined ? "" : `/${encodeURIComponent(word)}`}`;

/** `/settings/words`: words and phrases that the reader does not want to see. */
export function WordsSettings() {
  const words: Words = useSignal(null);
  const failure = useSignal("");
  const load = async () => {
    failure.value = "";
    try {
      words.value = (await ask<MutedWordsAnswer>(pathOf())).data ?? [];
    } catch (error) {
      failure.value = reasonOf(error);
    }
  };
  useEffect(() => void load(), []);
  const add = async (given: FormData, form: HTMLFormElement) => {
    const word = typed(given, "word");
    if (word === "") throw new Error("Write the word to mute.");
    const days = Number(given.get("days"));
    const expires_at = days > 0 ? new Date(Date.now() + days * DAY_MS).toISOString() : undefined;
    const body = { word, ...(expires_at === undefined ? {} : { expires_at }) };
    const { data } = await ask<MutedWordAnswer>(pathOf(), { method: "POST", body });
    words.value = inOrder([...(words.value ?? []).filter((one) => one.word !== data.word), data]);
    form.reset();
  };
  return (
    <>
      <Form label="Mute a word" action="Mute" run={add}>
        <CountedField
          label="Word or phrase"
          name="word"
          max={WORD_MAX}
          hint="Found by itself, in capitals or not."
          required
        />
        <EndField />
      </Form>
      {failure.value === "" ? <WordList words={words} /> : <Failed reason={failure.value} again={load} />}
    </>
  );
}

const inOrder = (words: readonly MutedWord[]) => [...words].sort((a, b) => (a.word < b.word ? -1 : 1));

function EndField() {
  const id = useId();
  return (
    <div class="field">
      <label htmlFor={id}>Until</label>
      <select id={id} name="days">
        {ENDS.map(({ label, days }) => (
          <option key={days} value={days}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}

function Failed({ reason, again }: { readonly reason: string; readonly again: () => Promise<void> }) {
  return (
    <div class="foot">
      <p role="alert">{reason}</p>
      <button type="button" class="button" onClick={() => void again()}>
        Try again
      </button>
    </div>
  );
}

function WordList({ words }: { readonly words: Words }) {
  const shown = words.value;
  if (shown === null) {
    return (
      <div class="foot">
        <span class="spinner" role="status" aria-label="Loading" />
      </div>
    );
  }
  if (shown.length === 0) return <p class="empty">You mute no words.</p>;
  return (
    <ul class="words" aria-label="Muted words">
      {shown.map((one) => (
        <li key={one.word}>
          <span>
            <bdi>{one.word}</bdi>
            {one.expires_at !== undefined && (
              <span class="small handle">
                until <Time iso={one.expires_at} whole />
              </span>
            )}
          </span>
          <button
            type="button"
            class="icon-button"
            aria-label={`Unmute ${one.word}`}
            onClick={() => void remove(one, words)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Gone at once, and back where that fails. */
async function remove(word: MutedWord, words: Words): Promise<void> {
  words.value = (words.peek() ?? []).filter((one) => one.word !== word.word);
  document.querySelector<HTMLElement>("#page h1")?.focus({ preventScroll: true });
  try {
    await ask(pathOf(word.word), { method: "DELETE" });
  } catch (error) {
    words.value = inOrder([...(words.peek() ?? []), word]);
    say(`“${word.word}” is still muted. ${reasonOf(error)}`, true);
  }
}
