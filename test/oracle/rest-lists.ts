import { get, readerName, same, wholeUserList } from "./checks.ts";
import { Disagreement } from "./disagreement.ts";
import { newestFirst, type ModelList } from "./model.ts";

import { listKeptFrom } from "./rules.ts";
import type { Run } from "./run.ts";
import { checkLines, someReader, wholeTimeline } from "./whole.ts";
import * as views from "./views.ts";

const READERS = 2;

/** At rest a list has its members, its count of them, and a timeline that is the model's, whoever reads it. */
export async function checkListsAtRest(run: Run): Promise<void> {
  for (const list of run.model.lists.values()) {
    for (let readers = 0; readers < READERS; readers += 1) await checkList(run, list);
  }
}

interface ListAnswer {
  readonly data?: { readonly member_count?: number; readonly private?: boolean };
}

async function checkList(run: Run, list: ModelList): Promise<void> {
  const reader = run.upTo(2) === 0 ? run.anywhere(run.personOf(list.ownerId)) : someReader(run);
  const what = `${run.nameOf(list.id)} for ${readerName(run, reader)}`;
  const { status, body } = await get<ListAnswer>(run, reader, `/2/lists/${list.id}`);
  const kept = listKeptFrom(run.model, reader?.id ?? null, list);
  const wanted = kept === null ? 200 : 404;
  if (status !== wanted) throw new Disagreement(`${what} is answered ${status}: ${kept ?? "it stands"}`);
  if (kept !== null) return;
  if (body.data?.member_count !== list.members.size || body.data.private !== list.private) {
    throw new Disagreement(`${what}: ${JSON.stringify(body.data)}; it has ${list.members.size} members`);
  }
  if (reader !== null) {
    const members = await wholeUserList(run, reader, `/2/lists/${list.id}/members`, 1 + run.upTo(9));
    same(run, `the members of ${what}`, members, [...list.members].sort(newestFirst));
  }
  const got = await wholeTimeline(run, () => reader, `/2/lists/${list.id}/tweets`);
  checkLines(run, `the timeline of ${what}`, got, views.listTimeline(run.model, reader?.id ?? null, list, run.now()));
}
