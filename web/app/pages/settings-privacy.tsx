import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { reasonOf } from "../api/client.ts";
import { viewer } from "../api/tokens.ts";
import { saveProfile } from "../state/own-profile.ts";
import { say } from "../state/toasts.ts";

/** Who sees the reader's tweets. */
export function PrivacySettings() {
  const id = useId();
  const wish = useSignal<boolean | null>(null);
  const on = wish.value ?? viewer.value?.protected ?? false;
  const change = async () => {
    if (wish.value !== null) return;
    wish.value = !on;
    try {
      await saveProfile({ protected: !on });
      say(on ? "Everybody sees your tweets." : "Only your followers see your tweets.");
    } catch (error) {
      say(`Nothing was changed. ${reasonOf(error)}`, true);
    } finally {
      wish.value = null;
    }
  };
  return (
    <section class="part">
      <div class="check">
        <input type="checkbox" id={id} checked={on} aria-describedby={`${id}-hint`} onChange={() => void change()} />
        <label htmlFor={id}>Protect my tweets</label>
        <p id={`${id}-hint`}>
          Only your followers see what you write, and whoever wants to follow you has to ask. Those who follow you now
          stay.
        </p>
      </div>
      {on && (
        <p>
          <a class="button" href="/follow_requests">
            Follow requests
          </a>
        </p>
      )}
    </section>
  );
}
