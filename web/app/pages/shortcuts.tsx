import { SHORTCUTS } from "../ui/keyboard.ts";
import { PageHead } from "../ui/page-head.tsx";

/** `/shortcuts`: what keys do, as a page. */
export function ShortcutsPage() {
  return (
    <>
      <PageHead title="Keyboard shortcuts" back />
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
    </>
  );
}
