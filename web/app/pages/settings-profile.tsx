import type { User } from "../api/types.ts";
import { saveProfile, useFreshViewer, type ProfileChanges } from "../state/own-profile.ts";
import { goBack } from "../state/router.ts";
import { say } from "../state/toasts.ts";
import { CountedField, Form, typed } from "../ui/form.tsx";

const MAX = { name: 50, description: 160, location: 30, url: 100 } as const;

/** The form of one's own profile. */
export function ProfileSettings() {
  const me = useFreshViewer();
  if (me === null) {
    return (
      <div class="foot">
        <span class="spinner" role="status" aria-label="Loading" />
      </div>
    );
  }
  return <ProfileForm me={me} />;
}

function ProfileForm({ me }: { readonly me: User }) {
  const run = async (given: FormData) => {
    const wanted = {
      name: typed(given, "name"),
      description: typed(given, "description"),
      location: typed(given, "location"),
      url: wholeUrl(typed(given, "url")),
    };
    if (wanted.name === "") throw new Error("Your name must not be empty.");
    await saveProfile(changesOf(me, wanted));
    say("Your profile is saved.");
    goBack(`/${me.username}`);
  };
  return (
    <Form label="Profile" action="Save" run={run}>
      <CountedField label="Name" name="name" max={MAX.name} value={me.name} required />
      <CountedField label="Bio" name="description" max={MAX.description} value={me.description ?? ""} multiline />
      <CountedField label="Location" name="location" max={MAX.location} value={me.location ?? ""} />
      <CountedField
        label="Link"
        name="url"
        max={MAX.url}
        value={me.url ?? ""}
        hint="The address of a page, such as https://example.org"
      />
    </Form>
  );
}

/** Only what was changed is sent: what another device changed meanwhile stays. */
function changesOf(
  me: User,
  wanted: Required<Pick<User, "name" | "description" | "location" | "url">>,
): ProfileChanges {
  const entries = Object.entries(wanted).filter(([name, value]) => value !== (me[name as keyof typeof wanted] ?? ""));
  return Object.fromEntries(entries);
}

/** People leave the scheme out. */
const wholeUrl = (url: string): string => (url === "" || /^[a-z][a-z0-9+.-]*:/i.test(url) ? url : `https://${url}`);
