import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../api/client.ts";
import { setViewer, viewer } from "../api/tokens.ts";
import type { User, UserAnswer } from "../api/types.ts";
import { noteWholeUser } from "./whole-users.ts";

/** What of the reader's own profile may change; `location` and `url` may be empty. */
export type ProfileChanges = Partial<Required<Pick<User, "name" | "description" | "location" | "url" | "protected">>>;

/** Saves changes of the reader's profile. Throws what `ask` throws. */
export async function saveProfile(changes: ProfileChanges): Promise<void> {
  takeIn(await ask<UserAnswer>("/users/me", { method: "PATCH", body: changes }));
}

function takeIn({ data }: UserAnswer): void {
  setViewer(data);
  noteWholeUser(data);
}

/** The reader as the server has them now, null until it answered; as remembered, where it does not answer. */
export function useFreshViewer(): User | null {
  const ready = useSignal(false);
  useEffect(() => {
    ask<UserAnswer>("/users/me")
      .then(takeIn)
      .catch(() => undefined)
      .finally(() => (ready.value = true));
  }, []);
  return ready.value ? viewer.value : null;
}
