import type { Person } from "../support/person.ts";
import { Disagreement } from "./disagreement.ts";
import type { ModelList } from "./model.ts";
import type { Run } from "./run.ts";

/** What owners do with their lists. */

export async function createList(run: Run, owner: Person, isPrivate: boolean): Promise<ModelList> {
  const json = { name: `birds ${run.model.lists.size}`, private: isPrivate };
  const { data } = await run.anywhere(owner).asks<{ data: { id: string } }>("/2/lists", { json });
  run.model.createList(data.id, owner.id, isPrivate);
  run.tell(`   ${run.nameOf(owner.id)} creates ${run.nameOf(data.id)} ${isPrivate ? "(private)" : ""}`);
  return run.model.list(data.id);
}

const ownerOf = (run: Run, list: ModelList): Person => run.anywhere(run.personOf(list.ownerId));

export async function closeList(run: Run, list: ModelList, isPrivate: boolean): Promise<void> {
  await ownerOf(run, list).asks(`/2/lists/${list.id}`, { method: "PUT", json: { private: isPrivate } });
  list.private = isPrivate;
  run.tell(`   ${run.nameOf(list.id)} is ${isPrivate ? "private" : "open"} now`);
}

export async function deleteList(run: Run, list: ModelList): Promise<void> {
  await ownerOf(run, list).asks(`/2/lists/${list.id}`, { method: "DELETE" });
  list.deleted = true;
  run.tell(`   ${run.nameOf(list.id)} is deleted`);
}

/** Whoever blocks the owner cannot be added. */
export async function addMember(run: Run, list: ModelList, member: Person): Promise<void> {
  const response = await ownerOf(run, list).fetch(`/2/lists/${list.id}/members`, { json: { user_id: member.id } });
  const told = `${run.nameOf(member.id)} joins ${run.nameOf(list.id)}: ${response.status}`;
  run.tell(`   ${told}`);
  const wanted = run.model.user(member.id).blocks.has(list.ownerId) ? 403 : 200;
  if (response.status !== wanted) throw new Disagreement(`${told}, not ${wanted}`);
  if (response.ok) list.members.add(member.id);
}

export async function removeMember(run: Run, list: ModelList, member: Person): Promise<void> {
  await ownerOf(run, list).asks(`/2/lists/${list.id}/members/${member.id}`, { method: "DELETE" });
  list.members.delete(member.id);
  run.tell(`   ${run.nameOf(member.id)} leaves ${run.nameOf(list.id)}`);
}
