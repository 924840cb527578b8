import { useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { ask, reasonOf } from "../api/client.ts";
import { viewer } from "../api/tokens.ts";
import type { User } from "../api/types.ts";
import { keptList } from "../feed/kept-lists.ts";
import { peopleFrom } from "../feed/load-pages.ts";
import { VirtualList } from "../feed/virtual-list.tsx";
import { block, mute, unblock, unmute } from "../state/people.ts";
import { say } from "../state/toasts.ts";
import { PageHead } from "../ui/page-head.tsx";
import { UserCard } from "../ui/user-card.tsx";

interface Props {
  readonly label: string;
  /** Below the reader's own `/users/:id`. */
  readonly path: "blocking" | "muting" | "follow_requests";
  readonly empty: ComponentChildren;
  readonly action: (user: User) => ComponentChildren;
}

/** People whom the reader deals with, each with what can be done. Who was dealt with stays until the page is left. */
function Dealings({ label, path, empty, action }: Props) {
  const list = useMemo(() => keptList(path, peopleFrom(`/users/${viewer.peek()?.id ?? "0"}/${path}`)), [path]);
  return (
    <VirtualList
      list={list}
      label={label}
      role="list"
      estimate={96}
      render={(key) => <UserCard key={key} id={key} action={action} />}
      empty={empty}
    />
  );
}

interface ButtonProps {
  readonly text: string;
  readonly user: User;
  readonly look?: string;
  readonly run: () => unknown;
}

function ActionButton({ text, user, look = "button", run }: ButtonProps) {
  return (
    <button type="button" class={look} onClick={() => void run()}>
      <span>
        {text}
        <span class="unseen"> @{user.username}</span>
      </span>
    </button>
  );
}

/** `/settings/blocked` */
export function BlockedSettings() {
  const action = (user: User) =>
    user.viewer?.blocking === false ? (
      <ActionButton text="Block" user={user} look="button danger" run={() => block(user)} />
    ) : (
      <ActionButton text="Unblock" user={user} run={() => unblock(user)} />
    );
  return <Dealings label="Blocked accounts" path="blocking" action={action} empty={<h2>You block nobody</h2>} />;
}

/** `/settings/muted` */
export function MutedSettings() {
  const action = (user: User) =>
    user.viewer?.muting === false ? (
      <ActionButton text="Mute" user={user} run={() => mute(user)} />
    ) : (
      <ActionButton text="Unmute" user={user} run={() => unmute(user)} />
    );
  return <Dealings label="Muted accounts" path="muting" action={action} empty={<h2>You mute nobody</h2>} />;
}

type Answers = Signal<ReadonlyMap<string, boolean>>;

/** `/follow_requests`: who asks to follow the reader. */
export function RequestsPage() {
  const answers: Answers = useSignal(new Map());
  return (
    <>
      <PageHead title="Follow requests" back />
      <Dealings
        label="Follow requests"
        path="follow_requests"
        action={(user) => <Answer user={user} answers={answers} />}
        empty={
          <>
            <h2>Nobody asks to follow you</h2>
            <p>Whoever wants to follow a protected account has to ask first.</p>
          </>
        }
      />
    </>
  );
}

function Answer({ user, answers }: { readonly user: User; readonly answers: Answers }) {
  const given = answers.value.get(user.id);
  const name = <span class="unseen"> @{user.username}</span>;
  if (given !== undefined) {
    return (
      <p class="answered" role="status">
        {given ? "Follows you now" : "Refused"}
        {name}
      </p>
    );
  }
  return (
    <>
      <ActionButton text="Refuse" user={user} run={() => answer(user, false, answers)} />
      <ActionButton text="Approve" user={user} look="button primary" run={() => answer(user, true, answers)} />
    </>
  );
}

/** Shows the answer at once, and takes it back where it does not arrive. */
async function answer(user: User, approved: boolean, answers: Answers): Promise<void> {
  const show = (given: boolean | undefined) => {
    const all = new Map(answers.peek());
    if (given === undefined) all.delete(user.id);
    else all.set(user.id, given);
    answers.value = all;
  };
  show(approved);
  const path = `/users/${viewer.peek()?.id ?? "0"}/follow_requests/${user.id}`;
  try {
    await ask(`${path}/${approved ? "approve" : "refuse"}`, { method: "POST" });
  } catch (error) {
    show(undefined);
    say(reasonOf(error), true);
  }
}
