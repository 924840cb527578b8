import { useMemo } from "preact/hooks";
import { viewer } from "../api/tokens.ts";
import type { TweetList, User } from "../api/types.ts";
import { keptList } from "../feed/kept-lists.ts";
import type { ListModel } from "../feed/list-model.ts";
import { peopleFrom } from "../feed/load-pages.ts";
import { VirtualList } from "../feed/virtual-list.tsx";
import type { PageProps } from "../routes.ts";
import { addMember, isMember, noteMembers, setMember } from "../state/list-members.ts";
import { fetchByName } from "../state/whole-users.ts";
import { Field } from "../ui/field.tsx";
import { Form, typed } from "../ui/form.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { UserCard } from "../ui/user-card.tsx";
import { NoSuchList, useList, WaitingForList } from "./list-page.tsx";

/** `/i/lists/:id/members`: who is in a list; for its owner, to add and to remove. */
export function ListMembersPage({ params }: PageProps) {
  const { list, id, failure, load } = useList(params["id"] ?? "0");
  const people = useMemo(() => keptList(`members:${id}`, membersOf(id)), [id]);
  if (list === "gone") return <NoSuchList />;
  if (list === undefined) return <WaitingForList failure={failure} again={load} />;
  const mine = viewer.value !== null && viewer.value.id === list.owner_id;
  return (
    <>
      <PageHead title="Members" note={<bdi>{list.name}</bdi>} back />
      {mine && <AddByName list={list} people={people} />}
      <VirtualList
        list={people}
        label="Members"
        role="list"
        estimate={96}
        render={(key) =>
          mine ? (
            <UserCard key={key} id={key} action={(user) => <MemberButton list={list} user={user} />} />
          ) : (
            <UserCard key={key} id={key} />
          )
        }
        empty={<h2>Nobody is in this list yet</h2>}
      />
    </>
  );
}

/** Pages of a list's members, noted as such. */
function membersOf(id: string): ReturnType<typeof peopleFrom> {
  const load = peopleFrom(`/lists/${id}/members`);
  return async (token) => {
    const page = await load(token);
    noteMembers(id, page.keys);
    return page;
  };
}

function AddByName({ list, people }: { readonly list: TweetList; readonly people: ListModel }) {
  const run = async (given: FormData, form: HTMLFormElement) => {
    const username = typed(given, "username").replace(/^@/, "");
    if (!/^\w{1,15}$/.test(username)) throw new Error("A username has letters, digits and _, at most 15.");
    const user = await fetchByName(username);
    await addMember(list.id, user.id);
    people.prepend([user.id]);
    form.reset();
  };
  return (
    <Form label="Add somebody" action="Add" run={run} inline>
      <Field label="Username" name="username" required maxLength={16} autocomplete="off" />
    </Form>
  );
}

/** Who was removed stays on the page until it is left, so that a slip can be undone. */
function MemberButton({ list, user }: { readonly list: TweetList; readonly user: User }) {
  const on = isMember(list.id, user.id) ?? true;
  return (
    <button
      type="button"
      class={on ? "button" : "button primary"}
      onClick={() => void setMember(list.id, user.id, !on)}
    >
      <span>
        {on ? "Remove" : "Add back"}
        <span class="unseen"> @{user.username}</span>
      </span>
    </button>
  );
}

/** `/i/lists/:id/followers` */
export function ListFollowersPage({ params }: PageProps) {
  const { list, id, failure, load } = useList(params["id"] ?? "0");
  const people = useMemo(() => keptList(`followers:${id}`, peopleFrom(`/lists/${id}/followers`)), [id]);
  if (list === "gone") return <NoSuchList />;
  if (list === undefined) return <WaitingForList failure={failure} again={load} />;
  return (
    <>
      <PageHead title="Followers" note={<bdi>{list.name}</bdi>} back />
      <VirtualList
        list={people}
        label="Followers"
        role="list"
        estimate={96}
        render={(key) => <UserCard key={key} id={key} />}
        empty={<h2>Nobody follows this list yet</h2>}
      />
    </>
  );
}
