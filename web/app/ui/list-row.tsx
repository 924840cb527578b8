import type { ComponentChildren } from "preact";
import { listOf } from "../state/lists.ts";
import { userOf } from "../state/tweets.ts";
import { Icon } from "./icon.tsx";
import { count } from "./numbers.ts";

interface Props {
  readonly id: string;
  /** In the list on screen, where that is not the id. */
  readonly itemKey?: string;
  readonly children?: ComponentChildren;
}

/** One list among others. */
export function ListRow({ id, itemKey = id, children }: Props) {
  const list = listOf(id).value;
  const owner = userOf(typeof list === "object" ? (list.owner_id ?? "") : "").value;
  const common = { "data-key": itemKey, role: "listitem", tabIndex: -1 } as const;
  if (typeof list !== "object") {
    return (
      <div {...common} class="list-row gone">
        This list is not available.
      </div>
    );
  }
  return (
    <div {...common} class="list-row">
      <span class="list-mark">
        <Icon name="list" />
      </span>
      <div class="list-words">
        <a class="person-link" href={`/i/lists/${id}`}>
          <bdi>{list.name}</bdi>
        </a>
        {list.private === true && <PrivateMark />}
        {list.description !== undefined && list.description !== "" && <p dir="auto">{list.description}</p>}
        <p class="small handle">
          {count(list.member_count ?? 0, "member")}
          {owner !== undefined && (
            <>
              {" · "}
              <span dir="ltr">@{owner.username}</span>
            </>
          )}
        </p>
      </div>
      {children !== undefined && <div class="person-acts">{children}</div>}
    </div>
  );
}

/** The mark of a list that only its owner sees. */
export function PrivateMark() {
  return (
    <span class="badge">
      <Icon name="lock" /> Private
    </span>
  );
}
