import { PageHead } from "../ui/page-head.tsx";
import { ShortcutList } from "../ui/shortcut-list.tsx";

/** `/shortcuts`: what keys do, as a page. */
export function ShortcutsPage() {
  return (
    <>
      <PageHead title="Keyboard shortcuts" back />
      <ShortcutList />
    </>
  );
}
