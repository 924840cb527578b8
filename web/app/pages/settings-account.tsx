import { useSignal } from "@preact/signals";
import { ask, reasonOf } from "../api/client.ts";
import { send } from "../api/send.ts";
import { setViewer, viewer } from "../api/tokens.ts";
import { forgetDrafts } from "../state/posting.ts";
import { go } from "../state/router.ts";
import { say } from "../state/toasts.ts";
import { Field } from "../ui/field.tsx";
import { Form } from "../ui/form.tsx";

/** Log out, or delete the account. */
export function AccountSettings() {
  const me = viewer.value;
  if (me === null) return null;
  return (
    <>
      <section class="part">
        <h2>
          You are <span dir="ltr">@{me.username}</span>
        </h2>
        <p>A username cannot be changed.</p>
        <LogOut />
      </section>
      <section class="part">
        <h2>Delete your account</h2>
        <p>
          Your page, your tweets and your lists are gone at once, for everybody. The username stays taken. This cannot
          be undone.
        </p>
        <Form label="Delete your account" action="Delete my account" run={deleteAccount} danger>
          {/* Says whose password it is to what fills passwords in. */}
          <input type="text" name="username" autocomplete="username" value={me.username} readOnly hidden />
          <Field label="Password" name="password" secret autocomplete="current-password" required maxLength={256} />
        </Form>
      </section>
    </>
  );
}

function LogOut() {
  const leaving = useSignal(false);
  const logOut = async () => {
    leaving.value = true;
    try {
      await send("/auth/logout", { method: "POST", body: {}, cookie: true }, null);
      leave();
    } catch (error) {
      // Only the server can take the cookie away: without its answer the session still stands.
      say(`You are still logged in. ${reasonOf(error)}`, true);
      leaving.value = false;
    }
  };
  return (
    <button type="button" class="button" disabled={leaving.value} onClick={() => void logOut()}>
      {leaving.value ? "One moment…" : "Log out"}
    </button>
  );
}

async function deleteAccount(given: FormData): Promise<void> {
  await ask("/users/me", { method: "DELETE", body: { password: given.get("password") } });
  // The session ended with the account; this takes its cookie away.
  await send("/auth/logout", { method: "POST", body: {}, cookie: true }, null).catch(() => undefined);
  leave();
  say("Your account is deleted.");
}

function leave(): void {
  forgetDrafts();
  go("/", { replace: true });
  setViewer(null);
}
