import { useRef } from "preact/hooks";

/**
 * The Idempotency-Key of what is about to be sent: the same for the same text tried again, since its first answer may have
 * been lost on the way, until `done` says that it was answered.
 */
export function useAttemptKey(): { readonly keyOf: (text: string) => string; readonly done: () => void } {
  const attempt = useRef({ text: "", key: "" });
  return {
    keyOf: (text) => {
      if (attempt.current.text !== text) attempt.current = { text, key: crypto.randomUUID() };
      return attempt.current.key;
    },
    done: () => void (attempt.current = { text: "", key: "" }),
  };
}
