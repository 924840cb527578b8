import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { viewer } from "../api/tokens.ts";
import { keptList } from "../feed/kept-lists.ts";
import type { ListPage as Page } from "../feed/list-model.ts";
import { VirtualList } from "../feed/virtual-list.tsx";
import { createList, fetchPinned, listsFrom, note, followed } from "../state/lists.ts";
import { place } from "../state/router.ts";
import { ListRow } from "../ui/list-row.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { PinButton } from "../ui/pin-button.tsx";
import { AddToListsPage } from "./add-to-lists.tsx";
import { ListDialog } from "./list-form.tsx";

export { ListPage } from "./list-page.tsx";
export { ListFollowersPage, ListMembersPage } from "./list-people.tsx";

/** `/lists`: the reader's own, those they follow and those they pinned; with `?add=username`, whom to put in which. */
export function ListsPage() {
  const username = new URLSearchParams(place.value.search).get("add") ?? "";
  return /^\w{1,15}$/.test(username) ? <AddToListsPage key={username} username={username} /> : <AllLists />;
}

type Section = "pinned" | "owned" | "followed";

const SECTIONS: Readonly<Record<Section, { readonly title: string; readonly none: string }>> = {
  pinned: { title: "Pinned", none: "" },
  owned: { title: "Your lists", none: "You have made no lists yet. A list shows what the people you put in it write." },
  followed: { title: "Lists you follow", none: "You follow no lists yet." },
};

const headOf = (section: Section): string => `${section} head`;
const noneOf = (section: Section): string => `${section} none`;

/** One page of all three, one after the other: the token says in which of them it begins. */
async function loadAll(token: string | undefined): Promise<Page> {
  const me = viewer.peek()?.id ?? "0";
  const [section, inner] = token === undefined ? ["owned", undefined] : split(token);
  const pinnedIds = token === undefined ? await fetchPinned() : [];
  const pinned = pinnedIds.length > 0 ? [headOf("pinned"), ...pinnedIds.map((id) => `pinned ${id}`)] : [];
  const page = await listsFrom(`/users/${me}/${section}_lists`)(inner);
  if (section === "followed") note(followed, page.keys, true);
  const own = inSection(section as Section, page, inner === undefined);
  const after = section === "owned" ? "followed " : undefined;
  return { keys: [...pinned, ...own], next: page.next === undefined ? after : `${section} ${page.next}` };
}

function inSection(section: Section, page: Page, isFirst: boolean): string[] {
  const keys = page.keys.map((id) => `${section} ${id}`);
  if (!isFirst) return keys;
  return [headOf(section), ...(keys.length === 0 ? [noneOf(section)] : keys)];
}

function split(token: string): [string, string | undefined] {
  const at = token.indexOf(" ");
  return [token.slice(0, at), token.slice(at + 1) || undefined];
}

function AllLists() {
  const making = useSignal(false);
  const list = useMemo(() => keptList("lists", loadAll), []);
  const save = async (draft: Parameters<typeof createList>[0], key: string) => {
    const id = await createList(draft, key);
    list.remove(noneOf("owned"));
    list.insertAfter(headOf("owned"), `owned ${id}`);
  };
  return (
    <>
      <PageHead title="Lists">
        <button type="button" class="button" onClick={() => (making.value = true)}>
          New list
        </button>
      </PageHead>
      <VirtualList
        list={list}
        label="Lists"
        role="list"
        estimate={84}
        render={(key) => <Item key={key} itemKey={key} />}
        empty={<h2>No lists yet</h2>}
      />
      {making.value && (
        <ListDialog title="New list" action="Create" save={save} onClose={() => (making.value = false)} />
      )}
    </>
  );
}

function Item({ itemKey }: { readonly itemKey: string }) {
  const [section = "owned", rest = ""] = itemKey.split(" ") as [Section, string];
  const common = { "data-key": itemKey, role: "listitem", tabIndex: -1 } as const;
  if (rest === "head") {
    return (
      <div {...common} class="section-head">
        <h2>{SECTIONS[section].title}</h2>
      </div>
    );
  }
  if (rest === "none") {
    return (
      <p {...common} class="section-none">
        {SECTIONS[section].none}
      </p>
    );
  }
  return (
    <ListRow id={rest} itemKey={itemKey}>
      <PinButton id={rest} />
    </ListRow>
  );
}
