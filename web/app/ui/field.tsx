import { useId } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly name: string;
  readonly secret?: boolean;
  /** Which keyboard a phone shows. */
  readonly inputMode?: "email" | "url";
  readonly value?: string | undefined;
  readonly hint?: string | undefined;
  readonly required?: boolean;
  readonly autocomplete?: "name" | "username" | "current-password" | "new-password" | "email" | "off";
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly pattern?: string | undefined;
  readonly multiline?: boolean;
}

/** A labelled field of a form. The hint is read with it. */
export function Field({ label, hint, multiline = false, value, secret = false, ...given }: Props) {
  const id = useId();
  const described = hint === undefined ? undefined : `${id}-hint`;
  const common = { id, "aria-describedby": described, defaultValue: value, dir: "auto" as const };
  return (
    <div class="field">
      <label htmlFor={id}>{label}</label>
      {multiline && <textarea {...common} {...given} rows={3} />}
      {!multiline && secret && <input {...common} {...given} type="password" />}
      {!multiline && !secret && <input {...common} {...given} type="text" />}
      {hint !== undefined && <p id={described}>{hint}</p>}
    </div>
  );
}
