import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { reasonOf } from "../api/client.ts";

interface FormProps {
  readonly label: string;
  readonly action: string;
  /** Sends what was given. What it throws is shown, and what was typed stays. */
  readonly run: (given: FormData, form: HTMLFormElement) => Promise<void>;
  readonly children: ComponentChildren;
  /** Field and button in one row. */
  readonly inline?: boolean;
  readonly danger?: boolean;
  /** The page's one purpose. */
  readonly large?: boolean;
}

/** A form that says what failed and keeps what was typed. */
export function Form({ label, action, run, children, inline = false, danger = false, large = false }: FormProps) {
  const [sending, failure] = [useSignal(false), useSignal("")];
  const under = useRef(false);
  const submit = async (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    if (under.current) return;
    under.current = true;
    const form = event.currentTarget;
    [sending.value, failure.value] = [true, ""];
    try {
      await run(new FormData(form), form);
    } catch (error) {
      failure.value = reasonOf(error);
    } finally {
      under.current = false;
      sending.value = false;
    }
  };
  return (
    <form class={inline ? "form inline" : "form"} onSubmit={submit} aria-label={label}>
      {children}
      <button
        type="submit"
        class={`button ${danger ? "danger" : "primary"}${large ? " large" : ""}`}
        aria-busy={sending.value}
      >
        {sending.value ? "One moment…" : action}
      </button>
      {failure.value !== "" && (
        <p class="failure" role="alert">
          {failure.value}
        </p>
      )}
    </form>
  );
}

/** What was typed into a field, without space around it. */
export function typed(given: FormData, name: string): string {
  const value = given.get(name);
  return typeof value === "string" ? value.trim() : "";
}

interface CountedProps {
  readonly label: string;
  readonly name: string;
  readonly max: number;
  readonly value?: string;
  readonly hint?: string;
  readonly required?: boolean;
  readonly multiline?: boolean;
}

/** A text field that says how much it takes, in characters as the server counts them: an emoji is one. */
export function CountedField({
  label,
  name,
  max,
  value = "",
  hint = "",
  required = false,
  multiline = false,
}: CountedProps) {
  const id = useId();
  const used = useSignal(lengthOf(value));
  const field = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const form = field.current?.closest("form");
    const reset = () => (used.value = lengthOf(value));
    form?.addEventListener("reset", reset);
    return () => form?.removeEventListener("reset", reset);
  }, [value]);
  const count = (event: { readonly currentTarget: HTMLInputElement | HTMLTextAreaElement }) => {
    const field = event.currentTarget;
    used.value = lengthOf(field.value);
    field.setCustomValidity(used.value > max ? `At most ${max} characters: this has ${used.value}.` : "");
  };
  const common = { id, name, required, defaultValue: value, dir: "auto" as const, "aria-describedby": `${id}-hint` };
  return (
    <div class="field" ref={field}>
      <label htmlFor={id}>{label}</label>
      {multiline ? (
        <textarea {...common} rows={3} onInput={count} />
      ) : (
        <input {...common} type="text" onInput={count} />
      )}
      <p id={`${id}-hint`} class={used.value > max ? "counted over" : "counted"}>
        <span>{hint}</span>
        <span>
          {used.value} of {max}
          <span class="unseen"> characters</span>
        </span>
      </p>
    </div>
  );
}

/** Space at the ends is not sent. */
const lengthOf = (text: string): number => [...text.trim()].length;

interface CheckProps {
  readonly label: string;
  readonly name?: string;
  readonly hint?: string;
  readonly defaultChecked?: boolean;
}

/** A box to tick, in a form. */
export function CheckField({ label, name, hint, defaultChecked = false }: CheckProps) {
  const id = useId();
  const described = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div class="check">
      <input type="checkbox" id={id} name={name} defaultChecked={defaultChecked} aria-describedby={described} />
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && <p id={described}>{hint}</p>}
    </div>
  );
}
