import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { ApiError, reasonOf } from "../api/client.ts";
import { viewer } from "../api/tokens.ts";
import type { TweetList } from "../api/types.ts";
import { keptList } from "../feed/kept-lists.ts";
import { useLettingGo } from "../feed/let-go.ts";
import { tweetsFrom } from "../feed/load-pages.ts";
import { VirtualList } from "../feed/virtual-list.tsx";
import type { PageProps } from "../routes.ts";
import { confirmThen } from "../state/dialogs.ts";
import { changeList, deleteList, fetchList, fetchStanding, followed, listOf, turn } from "../state/lists.ts";
import { go } from "../state/router.ts";
import { say } from "../state/toasts.ts";
import { userOf } from "../state/tweets.ts";
import { TweetCard } from "../tweet/tweet-card.tsx";
import { PrivateMark } from "../ui/list-row.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { PinButton } from "../ui/pin-button.tsx";
import { Waiting } from "../ui/waiting.tsx";
import { ListDialog } from "./list-form.tsx";

/** `/i/lists/:id`: a list and what its members write. */
export function ListPage({ params }: PageProps) {
  const { list, id, failure, load } = useList(params["id"] ?? "0");
  if (list === "gone") return <NoSuchList />;
  if (list === undefined) return <WaitingForList failure={failure} again={load} />;
  return (
    <>
      <PageHead title={list.name} note="List" back>
        {viewer.value !== null && <PinButton id={id} />}
      </PageHead>
      <ListHead list={list} />
      <ListTweets id={id} />
    </>
  );
}

/** The list that an address names, as it stands now. */
export function useList(given: string) {
  const id = String(BigInt(given));
  const failure = useSignal("");
  const load = async () => {
    failure.value = "";
    try {
      await fetchList(id);
      await fetchStanding(id);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) listOf(id).value = "gone";
      else failure.value = reasonOf(error);
    }
  };
  useEffect(() => void load(), [id]);
  return { id, list: listOf(id).value, failure: failure.value, load };
}

export function NoSuchList() {
  return (
    <>
      <PageHead title="No list here" back />
      <div class="empty">
        <h2>This list is not available</h2>
        <p>It was deleted, or it is somebody's private list.</p>
      </div>
    </>
  );
}

export function WaitingForList({ failure, again }: { readonly failure: string; readonly again: () => Promise<void> }) {
  return (
    <>
      <PageHead title="List" back />
      <Waiting failure={failure} again={again} />
    </>
  );
}

function ListHead({ list }: { readonly list: TweetList }) {
  const owner = userOf(list.owner_id ?? "").value;
  const { member_count: members = 0, follower_count: followers = 0, description = "" } = list;
  return (
    <section class="profile list-head" aria-label="About this list">
      <p>
        {list.private === true && <PrivateMark />}
        {owner !== undefined && (
          <>
            by{" "}
            <a href={`/${owner.username}`}>
              <bdi>{owner.name}</bdi> <span dir="ltr">@{owner.username}</span>
            </a>
          </>
        )}
      </p>
      {description !== "" && (
        <p class="text" dir="auto">
          {description}
        </p>
      )}
      <p class="counts">
        <a href={`/i/lists/${list.id}/members`}>
          <b>{members}</b> {members === 1 ? "Member" : "Members"}
        </a>
        <a href={`/i/lists/${list.id}/followers`}>
          <b>{followers}</b> {followers === 1 ? "Follower" : "Followers"}
        </a>
      </p>
      {viewer.value !== null && <ListActions list={list} mine={viewer.value.id === list.owner_id} />}
    </section>
  );
}

function ListActions({ list, mine }: { readonly list: TweetList; readonly mine: boolean }) {
  const editing = useSignal(false);
  const on = followed.value.get(list.id) ?? false;
  if (!mine) {
    return (
      <button
        type="button"
        class={on ? "button standing" : "button primary"}
        title={on ? "Unfollow" : undefined}
        onClick={() => void turn("followed", list.id, !on)}
      >
        {on ? "Following" : "Follow"}
      </button>
    );
  }
  const save = async (draft: Parameters<typeof changeList>[1]) => {
    await changeList(list.id, draft);
    say("The list is saved.");
  };
  return (
    <div class="row">
      <a class="button" href={`/i/lists/${list.id}/members`}>
        Add people
      </a>
      <button type="button" class="button" onClick={() => (editing.value = true)}>
        Edit
      </button>
      <button type="button" class="button danger" onClick={() => askToDelete(list)}>
        Delete
      </button>
      {editing.value && (
        <ListDialog title="Edit list" action="Save" list={list} save={save} onClose={() => (editing.value = false)} />
      )}
    </div>
  );
}

function askToDelete(list: TweetList): void {
  confirmThen({
    title: "Delete this list?",
    text: "It goes for everybody who follows it. This cannot be undone.",
    action: "Delete",
    run: async () => {
      if (await deleteList(list.id)) go("/lists", { replace: true });
    },
  });
}

function ListTweets({ id }: { readonly id: string }) {
  const list = useMemo(() => keptList(`list:${id}`, tweetsFrom(`/lists/${id}/tweets`)), [id]);
  useLettingGo(list);
  return (
    <VirtualList
      list={list}
      label="Tweets of the list"
      render={(key, index) => <TweetCard key={key} id={key} position={index + 1} />}
      empty={
        <>
          <h2>Nothing here yet</h2>
          <p>What the members of this list write shows here.</p>
        </>
      }
    />
  );
}
