import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { asking, composing, helpOpen, menu, type Menu } from "../state/dialogs.ts";
import { online } from "../state/network.ts";
import { dismiss, toasts } from "../state/toasts.ts";
import { Composer } from "../tweet/composer.tsx";
import { QuotedTweet } from "../tweet/tweet-card.tsx";
import { Dialog } from "./dialog.tsx";
import { ShortcutList } from "./shortcut-list.tsx";

/** Everything that lies over the page: at most one of each. */
export function Overlays() {
  return (
    <>
      <OfflineBar />
      <ComposeDialog />
      <ConfirmDialog />
      <HelpDialog />
      <div class="toasts" role="status" aria-live="polite">
        {toasts.value.map((toast) => (
          <p key={toast.id} class={toast.failed ? "toast failed" : "toast"}>
            {toast.text}
            <button type="button" aria-label="Dismiss" onClick={() => dismiss(toast.id)}>
              ×
            </button>
          </p>
        ))}
      </div>
    </>
  );
}

function OfflineBar() {
  if (online.value) return null;
  return (
    <p class="offline" role="status">
      You are offline. This is what was loaded before.
    </p>
  );
}

function ComposeDialog() {
  const draft = composing.value;
  if (draft === null) return null;
  const close = () => (composing.value = null);
  const [title, action] = draft.replyTo === undefined ? ["New tweet", "Post"] : ["Reply", "Reply"];
  return (
    <Dialog title={draft.quote === undefined ? title : "Quote"} onClose={close}>
      {draft.replyTo !== undefined && <QuotedTweet id={draft.replyTo} />}
      <Composer
        draft={draft}
        label={draft.replyTo === undefined ? "Tweet text" : "Reply text"}
        placeholder={draft.replyTo === undefined ? "What is happening?" : "Write your reply"}
        action={action}
        onPosted={close}
      />
    </Dialog>
  );
}

function ConfirmDialog() {
  const question = asking.value;
  if (question === null) return null;
  const close = () => (asking.value = null);
  return (
    <Dialog title={question.title} onClose={close}>
      <p>{question.text}</p>
      <div class="row end">
        <button type="button" class="button" data-first onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          class="button danger"
          onClick={() => {
            close();
            question.run();
          }}
        >
          {question.action}
        </button>
      </div>
    </Dialog>
  );
}

function HelpDialog() {
  if (!helpOpen.value) return null;
  return (
    <Dialog title="Keyboard shortcuts" onClose={() => (helpOpen.value = false)}>
      <ShortcutList />
    </Dialog>
  );
}

/** The menu that is open, if any. It stands in the page's main part, of which it is. */
export function OpenMenu() {
  return menu.value === null ? null : <MenuBox menu={menu.value} />;
}

/** A menu beside its button, stepped through with the arrow keys. */
function MenuBox({ menu: open }: { readonly menu: Menu }) {
  const box = useRef<HTMLDivElement>(null);
  const close = () => {
    menu.value = null;
    if (open.at.isConnected) open.at.focus({ preventScroll: true });
  };
  useLayoutEffect(() => {
    if (box.current === null) return;
    const at = open.at.getBoundingClientRect();
    const { width, height } = box.current.getBoundingClientRect();
    const below = at.bottom + height + 8 < innerHeight;
    box.current.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
    box.current.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8))}px`;
    box.current.querySelector("button")?.focus({ preventScroll: true });
  }, [open]);
  useEffect(() => {
    const away = (event: Event) => {
      if (event.target instanceof Node && box.current?.contains(event.target) === true) return;
      if (event.target instanceof Node && open.at.contains(event.target)) return;
      menu.value = null;
    };
    addEventListener("pointerdown", away, true);
    addEventListener("scroll", away, { passive: true });
    return () => {
      removeEventListener("pointerdown", away, true);
      removeEventListener("scroll", away);
    };
  }, [open]);
  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(box.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close();
    else if (to === undefined) return;
    else buttons[(to + buttons.length) % buttons.length]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="menu" role="menu" aria-label={open.label} tabIndex={-1} ref={box} onKeyDown={onKeyDown}>
      {open.items.map(({ label, danger = false, run }) => (
        <button
          type="button"
          role="menuitem"
          key={label}
          class={danger ? "danger" : ""}
          onClick={() => {
            close();
            run();
          }}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
