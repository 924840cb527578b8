import type { Person } from "../support/person.ts";
import type { Run } from "./run.ts";

/** What an operation met, by the authors whose tweets it is about: see coverage.ts. */

export const everybody = (run: Run): Iterable<string> => run.model.users.keys();

export function meets(run: Run, what: string, authorIds: Iterable<string>): void {
  run.meetings.note(run.model, what, authorIds);
}

export function meetsFollowed(run: Run, what: string, reader: Person): void {
  meets(run, what, run.model.user(reader.id).follows.keys());
}

/** The authors of the posts and deletions that wait in the queues. */
export function waitingAuthors(run: Run): Set<string> {
  const texts = run.world.queue.messages.map((message) => JSON.stringify(message.body));
  return new Set(texts.flatMap((text) => /"authorId":"0*(\d+)"/.exec(text)?.[1] ?? []));
}

export function meetsWaiting(run: Run, what: string): void {
  const authors = waitingAuthors(run);
  if (authors.size > 0) meets(run, what, authors);
}
