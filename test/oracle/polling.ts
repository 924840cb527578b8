import type { Person } from "../support/person.ts";
import { readHome } from "./checks.ts";
import { Disagreement } from "./disagreement.ts";
import type { Run } from "./run.ts";

/** A client that polls: it asks for what is newer than the `newest_id` it was given, all pages of it. */
export async function pollHome(run: Run, reader: Person): Promise<void> {
  const known = run.pollers.get(reader.id);
  const poller = known ?? { since: run.now(), shown: new Set<string>(), newestId: undefined };
  run.pollers.set(reader.id, poller);
  const since = poller.newestId === undefined ? {} : { since_id: poller.newestId };
  let token: string | undefined;
  let below: string | undefined;
  for (let pages = 0; pages < 100; pages += 1) {
    const next = token === undefined ? {} : { pagination_token: token };
    const place = { above: since.since_id, below };
    const page = await readHome(run, reader, { max_results: 2 + run.upTo(8), ...since, ...next }, place);
    for (const id of page.ids) poller.shown.add(run.model.originalOf(run.model.tweet(id)).id);
    if (pages === 0) poller.newestId = page.meta.newest_id ?? poller.newestId;
    below = page.ids.at(-1) ?? below;
    token = page.meta.next_token;
    // The first poll takes a page to begin with; later ones all that is newer.
    if (token === undefined || known === undefined) return;
  }
  throw new Disagreement(`a poll of ${run.nameOf(reader.id)} has no end`);
}
