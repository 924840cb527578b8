import type { Person } from "./world.ts";

/** What stories of follows, blocks and mutes ask of the API. */

export interface UserJson {
  readonly id: string;
  readonly username: string;
  readonly viewer?: Readonly<Record<string, boolean>>;
  readonly public_metrics?: { readonly followers_count: number; readonly following_count: number };
}

export interface UserPage {
  readonly data?: readonly UserJson[];
  readonly meta: { readonly result_count: number; readonly next_token?: string };
  readonly errors?: readonly { readonly type: string; readonly resource_id: string }[];
}

type Named = { readonly id: string };

const mine = (person: Person, path: string): string => `/2/users/${person.id}/${path}`;

/** POSTs at somebody's own path; the answer as it comes. */
export const follow = (person: Person, other: Named): Promise<Response> =>
  person.fetch(mine(person, "following"), { json: { target_user_id: other.id } });
export const block = (person: Person, other: Named): Promise<Response> =>
  person.fetch(mine(person, "blocking"), { json: { target_user_id: other.id } });
export const mute = (person: Person, other: Named, expiresAt?: string): Promise<Response> =>
  person.fetch(mine(person, "muting"), { json: { target_user_id: other.id, expires_at: expiresAt } });
export const muteWord = (person: Person, word: string, expiresAt?: string): Promise<Response> =>
  person.fetch(mine(person, "muted_words"), { json: { word, expires_at: expiresAt } });
export const answer = (person: Person, requester: Named, how: "approve" | "refuse"): Promise<Response> =>
  person.fetch(mine(person, `follow_requests/${requester.id}/${how}`), { method: "POST" });

/** The same, which must succeed. */
export const blocks = async (person: Person, other: Named): Promise<void> =>
  void (await person.asks(mine(person, "blocking"), { json: { target_user_id: other.id } }));
export const unblocks = async (person: Person, other: Named): Promise<void> =>
  void (await person.asks(mine(person, `blocking/${other.id}`), { method: "DELETE" }));
export const mutes = async (person: Person, other: Named, expiresAt?: string): Promise<void> =>
  void (await person.asks(mine(person, "muting"), { json: { target_user_id: other.id, expires_at: expiresAt } }));
export const unmutes = async (person: Person, other: Named): Promise<void> =>
  void (await person.asks(mine(person, `muting/${other.id}`), { method: "DELETE" }));
export const mutesWord = async (person: Person, word: string, expiresAt?: string): Promise<void> =>
  void (await person.asks(mine(person, "muted_words"), { json: { word, expires_at: expiresAt } }));
export const unmutesWord = async (person: Person, word: string): Promise<void> =>
  void (await person.asks(mine(person, `muted_words/${encodeURIComponent(word)}`), { method: "DELETE" }));
export const protects = async (person: Person, on = true): Promise<void> =>
  void (await person.asks("/2/users/me", { method: "PATCH", json: { protected: on } }));
export const answers = async (person: Person, requester: Named, how: "approve" | "refuse"): Promise<void> =>
  void (await person.asks(mine(person, `follow_requests/${requester.id}/${how}`), { method: "POST" }));

/** Ids of a page of users. */
export async function idsOf(person: Person, path: string): Promise<string[]> {
  const page = await person.asks<UserPage>(path);
  return (page.data ?? []).map((user) => user.id);
}

/** How `person` stands to `other`, as the API says. */
export async function standing(person: Person, other: Named): Promise<Readonly<Record<string, boolean>>> {
  const { data } = await person.asks<{ data: UserJson }>(`/2/users/${other.id}?user.fields=viewer`);
  return data.viewer ?? {};
}

export async function countsOf(person: Person): Promise<{ followers: number; following: number }> {
  const { data } = await person.asks<{ data: UserJson }>(`/2/users/${person.id}`);
  return {
    followers: data.public_metrics?.followers_count ?? -1,
    following: data.public_metrics?.following_count ?? -1,
  };
}
