import { listOf, pinned, turn } from "../state/lists.ts";
import { Icon } from "./icon.tsx";

/** Pins a list, or takes the pin off. */
export function PinButton({ id }: { readonly id: string }) {
  const list = listOf(id).value;
  const on = pinned.value.get(id) ?? false;
  const name = typeof list === "object" ? list.name : "the list";
  return (
    <button
      type="button"
      class="icon-button pin"
      aria-label={`Pin ${name}`}
      aria-pressed={on}
      title={on ? "Take the pin off" : "Pin"}
      onClick={() => void turn("pinned", id, !on)}
    >
      <Icon name="pin" />
    </button>
  );
}
