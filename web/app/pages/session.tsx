import { useEffect } from "preact/hooks";
import { send } from "../api/send.ts";
import { beginSession, viewer } from "../api/tokens.ts";
import type { SessionAnswer } from "../api/types.ts";
import { go, place } from "../state/router.ts";
import { Field } from "../ui/field.tsx";
import { Form } from "../ui/form.tsx";
import { PageHead } from "../ui/page-head.tsx";

/** Where to go once signed in: a page of this app, and nothing else that an address may name. */
function nextPlace(): string {
  const next = new URLSearchParams(place.peek().search).get("next") ?? "/home";
  return /^\/(?![/\\])/.test(next) ? next : "/home";
}

interface FormProps {
  readonly path: "/auth/login" | "/auth/register";
  readonly action: string;
  readonly isNew: boolean;
}

function SessionForm({ path, action, isNew }: FormProps) {
  useEffect(() => {
    if (viewer.value !== null) go(nextPlace(), { replace: true });
  }, [viewer.value]);
  const run = async (given: FormData) => {
    const entries = [...given].filter(([, value]) => value !== "");
    const question = { method: "POST", body: Object.fromEntries(entries), cookie: true } as const;
    beginSession(await send<SessionAnswer>(path, question, null));
  };
  return (
    <Form label={action} action={action} run={run} large>
      {isNew && <Field label="Name" name="name" autocomplete="name" maxLength={50} hint="As others see it." />}
      <Field
        label="Username"
        name="username"
        autocomplete="username"
        required
        maxLength={isNew ? 15 : 256}
        pattern={isNew ? "[A-Za-z0-9_]{4,15}" : undefined}
        hint={isNew ? "4 to 15 letters, digits and _. It cannot be changed." : undefined}
      />
      <Field
        label="Password"
        name="password"
        secret
        autocomplete={isNew ? "new-password" : "current-password"}
        required
        minLength={isNew ? 8 : undefined}
        maxLength={256}
        hint={isNew ? "At least 8 characters." : undefined}
      />
      {isNew && <Field label="E-mail" name="email" inputMode="email" autocomplete="email" hint="Not needed." />}
    </Form>
  );
}

/** `/login` */
export function LogInPage() {
  return (
    <>
      <PageHead title="Log in" back />
      <SessionForm path="/auth/login" action="Log in" isNew={false} />
      <p class="aside">
        New here? <a href="/signup">Sign up</a>
      </p>
    </>
  );
}

/** `/signup` */
export function SignUpPage() {
  return (
    <>
      <PageHead title="Sign up" back />
      <SessionForm path="/auth/register" action="Sign up" isNew />
      <p class="aside">
        You have an account? <a href="/login">Log in</a>
      </p>
    </>
  );
}
