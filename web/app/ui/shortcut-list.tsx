import { SHORTCUTS } from "./keyboard.ts";

/** What keys do. */
export function ShortcutList() {
  return (
    <dl class="shortcuts">
      {SHORTCUTS.map(({ keys, does }) => (
        <div key={keys}>
          <dt>
            <kbd>{keys}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}
