import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { ask } from "../api/client.ts";
import { viewer } from "../api/tokens.ts";
import type { UsersAnswer } from "../api/types.ts";
import type { PageProps } from "../routes.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { AccountSettings } from "./settings-account.tsx";
import { AppearanceSettings } from "./settings-appearance.tsx";
import { BlockedSettings, MutedSettings } from "./settings-people.tsx";
import { PrivacySettings } from "./settings-privacy.tsx";
import { ProfileSettings } from "./settings-profile.tsx";
import { WordsSettings } from "./settings-words.tsx";

export { RequestsPage } from "./settings-people.tsx";

interface Part {
  readonly title: string;
  readonly about: string;
  readonly icon: IconName;
  readonly page: ComponentType;
}

const PARTS: Readonly<Record<string, Part>> = {
  profile: {
    title: "Profile",
    about: "Your name, what you say about yourself, your link.",
    icon: "person",
    page: ProfileSettings,
  },
  account: { title: "Account", about: "Log out, or delete your account.", icon: "settings", page: AccountSettings },
  privacy: { title: "Privacy", about: "Who sees your tweets.", icon: "lock", page: PrivacySettings },
  blocked: {
    title: "Blocked accounts",
    about: "Neither of you sees the other's tweets.",
    icon: "close",
    page: BlockedSettings,
  },
  muted: {
    title: "Muted accounts",
    about: "Their tweets stay out of your timelines.",
    icon: "quote",
    page: MutedSettings,
  },
  words: {
    title: "Muted words",
    about: "Tweets with them stay out of your timelines.",
    icon: "list",
    page: WordsSettings,
  },
  appearance: { title: "Appearance", about: "Light or dark.", icon: "compose", page: AppearanceSettings },
};

/** `/settings` and its parts. */
export function SettingsPage({ params }: PageProps) {
  const part = PARTS[params["part"] ?? ""];
  if (part === undefined) return <Index />;
  const Shown = part.page;
  return (
    <>
      <PageHead title={part.title} back />
      <Shown />
    </>
  );
}

function Index() {
  const asked = useAnyRequests();
  return (
    <>
      <PageHead title="Settings" />
      <ul class="settings">
        {Object.entries(PARTS).map(([name, { title, about, icon }]) => (
          <Entry key={name} href={`/settings/${name}`} title={title} about={about} icon={icon} />
        ))}
        {asked && (
          <Entry href="/follow_requests" title="Follow requests" about="Who asks to see your tweets." icon="requests" />
        )}
        <Entry href="/shortcuts" title="Keyboard shortcuts" about="Everything without a mouse." icon="help" />
      </ul>
    </>
  );
}

function Entry(props: {
  readonly href: string;
  readonly title: string;
  readonly about: string;
  readonly icon: IconName;
}) {
  return (
    <li>
      <a href={props.href}>
        <Icon name={props.icon} />
        <span>
          <b>{props.title}</b>
          <span class="handle">{props.about}</span>
        </span>
      </a>
    </li>
  );
}

/** Protected accounts are asked; requests may be left from when the account was one. */
function useAnyRequests(): boolean {
  const me = viewer.value;
  const any = useSignal(false);
  useEffect(() => {
    if (me === null || me.protected === true) return;
    const query = { max_results: 1, "user.fields": "username" };
    ask<UsersAnswer>(`/users/${me.id}/follow_requests`, { query }).then(
      ({ data = [] }) => (any.value = data.length > 0),
      () => undefined,
    );
  }, [me?.id]);
  return me?.protected === true || any.value;
}
