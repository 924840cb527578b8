import { useSignal } from "@preact/signals";
import { useEffect, useId, useMemo } from "preact/hooks";
import { reasonOf } from "../api/client.ts";
import { viewer } from "../api/tokens.ts";
import type { User } from "../api/types.ts";
import { keptList } from "../feed/kept-lists.ts";
import type { LoadPage } from "../feed/list-model.ts";
import { VirtualList } from "../feed/virtual-list.tsx";
import { createList, listOf, listsFrom, type ListDraft } from "../state/lists.ts";
import { isMember, lookUpMember, setMember } from "../state/list-members.ts";
import { fetchByName } from "../state/whole-users.ts";
import { PrivateMark } from "../ui/list-row.tsx";
import { count } from "../ui/numbers.ts";
import { PageHead } from "../ui/page-head.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { ListDialog } from "./list-form.tsx";

/** `/lists?add=username`: the reader's lists, ticked where somebody is in them. */
export function AddToListsPage({ username }: { readonly username: string }) {
  const [user, failure] = [useSignal<User | null>(null), useSignal("")];
  const load = async () => {
    failure.value = "";
    try {
      user.value = await fetchByName(username);
    } catch (error) {
      failure.value = reasonOf(error);
    }
  };
  useEffect(() => void load(), [username]);
  if (user.value !== null) return <Choices user={user.value} />;
  return (
    <>
      <PageHead title={`Add @${username}`} back />
      <Waiting failure={failure.value} again={load} />
    </>
  );
}

/** Pages of the reader's lists; what they say of `userId` is known before they show. */
function ownLists(userId: string): LoadPage {
  const load = listsFrom(`/users/${viewer.peek()?.id ?? "0"}/owned_lists`);
  return async (token) => {
    const page = await load(token);
    await lookUpMember(userId, page.keys);
    return page;
  };
}

function Choices({ user }: { readonly user: User }) {
  const making = useSignal(false);
  const list = useMemo(() => keptList(`add:${user.id}`, ownLists(user.id)), [user.id]);
  const save = async (draft: ListDraft, key: string) => {
    const id = await createList(draft, key);
    list.prepend([id]);
    // Whoever makes a list here makes it for them.
    await setMember(id, user.id, true);
  };
  return (
    <>
      <PageHead title={`Add @${user.username}`} note="to your lists" back>
        <button type="button" class="button" onClick={() => (making.value = true)}>
          New list
        </button>
      </PageHead>
      <VirtualList
        list={list}
        label="Your lists"
        role="list"
        estimate={72}
        render={(key) => <Choice key={key} id={key} userId={user.id} />}
        empty={
          <>
            <h2>You have no lists yet</h2>
            <p>Make one, and @{user.username} is in it.</p>
          </>
        }
      />
      {making.value && (
        <ListDialog title="New list" action="Create" save={save} onClose={() => (making.value = false)} />
      )}
    </>
  );
}

function Choice({ id, userId }: { readonly id: string; readonly userId: string }) {
  const inputId = useId();
  const list = listOf(id).value;
  const common = { "data-key": id, role: "listitem", tabIndex: -1, class: "list-row choice" } as const;
  if (typeof list !== "object") return <div {...common}>This list is not available.</div>;
  const on = isMember(id, userId) ?? false;
  return (
    <div {...common}>
      <input type="checkbox" id={inputId} checked={on} onChange={() => void setMember(id, userId, !on)} />
      <label htmlFor={inputId} class="list-words">
        <b>
          <bdi>{list.name}</bdi>
        </b>
        {list.private === true && <PrivateMark />}
        <span class="small handle">{count(list.member_count ?? 0, "member")}</span>
      </label>
    </div>
  );
}
