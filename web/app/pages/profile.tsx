import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError, reasonOf } from "../api/client.ts";
import type { User } from "../api/types.ts";
import type { PageProps } from "../routes.ts";
import { setNewest } from "../state/set-newest.ts";
import { userOf } from "../state/tweets.ts";
import { fetchByName } from "../state/whole-users.ts";
import { PageHead } from "../ui/page-head.tsx";
import { count } from "../ui/numbers.ts";
import { Waiting } from "../ui/waiting.tsx";
import { ProfileHead, Tabs } from "./profile-head.tsx";
import { ProfileList, type Tab } from "./profile-lists.tsx";

/** Whose id a name is, of the names asked for since the start: a page that the reader comes back to stands at once. */
const known = new Map<string, string>();
const KNOWN_MAX = 200;

const PEOPLE_TABS: readonly Tab[] = ["following", "followers"];

/** `/:username` and its parts: who somebody is, and what is theirs. */
export function ProfilePage({ params }: PageProps) {
  const { username = "" } = params;
  const tab = (params["tab"] ?? "tweets") as Tab;
  const { user, failure, missing, load } = useProfile(username);
  if (missing) return <NoSuchUser username={username} />;
  if (user === undefined) {
    return (
      <>
        <PageHead title={`@${username}`} back />
        <Waiting failure={failure} again={load} />
      </>
    );
  }
  const ofPeople = PEOPLE_TABS.includes(tab);
  return (
    <>
      <PageHead title={user.name} note={ofPeople ? <span dir="ltr">@{user.username}</span> : tweetsOf(user)} back />
      {!ofPeople && <ProfileHead user={user} />}
      <Tabs user={user} tab={tab} />
      <ProfileList key={user.id} user={user} tab={tab} onPosted={load} />
    </>
  );
}

const tweetsOf = ({ public_metrics }: User) => count(public_metrics?.tweet_count ?? 0, "tweet");

interface Profile {
  readonly user: User | undefined;
  readonly failure: string;
  readonly missing: boolean;
  readonly load: () => Promise<void>;
}

function useProfile(username: string): Profile {
  const key = username.toLowerCase();
  const [id, failure, missing] = [useSignal(known.get(key) ?? ""), useSignal(""), useSignal(false)];
  const load = async () => {
    failure.value = "";
    try {
      const user = await fetchByName(username);
      setNewest(known, key, user.id, KNOWN_MAX);
      id.value = user.id;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) missing.value = true;
      else failure.value = reasonOf(error);
    }
  };
  useEffect(() => void load(), [key]);
  const held = userOf(id.value).value;
  // A tweet brings its author along with fewer fields: the whole is on its way.
  const user = held?.description === undefined ? undefined : held;
  return { user, failure: failure.value, missing: missing.value, load };
}

function NoSuchUser({ username }: { readonly username: string }) {
  return (
    <>
      <PageHead title="Nobody here" back />
      <div class="empty">
        <h2>This account does not exist</h2>
        <p>
          There is no <span dir="ltr">@{username}</span>, or not any more.
        </p>
      </div>
    </>
  );
}
