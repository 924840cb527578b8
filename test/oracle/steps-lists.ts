import * as acts from "./acts-lists.ts";
import { readList } from "./checks.ts";
import type { ModelList } from "./model.ts";
import type { Step } from "./plan.ts";
import { someReader } from "./whole.ts";
import type { Run } from "./run.ts";
import { meets } from "./steps-meet.ts";

const LISTS_MAX = 3;

function someList(run: Run): ModelList | undefined {
  return run.pick(run.model.standingLists());
}

/** A list is made with a few members; later it is closed or opened, and at last deleted. */
async function changeList(run: Run, { who, other }: Step): Promise<void> {
  const standing = run.model.standingLists();
  if (standing.length < LISTS_MAX && (standing.length === 0 || run.upTo(1) === 0)) return makeList(run, { who, other });
  const list = run.pick(standing);
  if (list === undefined) return;
  if (run.upTo(4) === 0) {
    meets(run, "delete list", list.members);
    return acts.deleteList(run, list);
  }
  meets(run, list.private ? "open list" : "close list", list.members);
  await acts.closeList(run, list, !list.private);
}

async function makeList(run: Run, { who, other }: Pick<Step, "who" | "other">): Promise<void> {
  const owner = run.person(50 + (other % 50));
  const list = await acts.createList(run, owner, run.upTo(3) === 0);
  const members = [run.person(who), ...run.people.filter(() => run.upTo(1) === 0)];
  for (const member of members) await acts.addMember(run, list, member);
  meets(run, "create list", list.members);
}

async function changeMember(run: Run, step: Step): Promise<void> {
  const list = someList(run);
  if (list === undefined) return makeList(run, step);
  const member = run.person(step.who);
  const leaves = list.members.has(member.id);
  meets(run, leaves ? "remove member" : "add member", [member.id]);
  await (leaves ? acts.removeMember : acts.addMember)(run, list, member);
}

async function readOne(run: Run): Promise<void> {
  const list = someList(run);
  if (list === undefined) return;
  meets(run, "read list", list.members);
  await readList(run, someReader(run), list, { max_results: 1 + run.upTo(19) });
}

export const LIST_STEPS = { lists: changeList, members: changeMember, list: readOne };
