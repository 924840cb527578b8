import type { TweetList } from "../api/types.ts";
import type { ListDraft } from "../state/lists.ts";
import { useAttemptKey } from "../ui/attempt-key.ts";
import { Dialog } from "../ui/dialog.tsx";
import { CheckField, CountedField, Form, typed } from "../ui/form.tsx";

const NAME_MAX = 25;
const DESCRIPTION_MAX = 100;

interface Props {
  readonly title: string;
  readonly action: string;
  readonly list?: TweetList;
  /** `key` is the same for the same draft tried again. */
  readonly save: (draft: ListDraft, key: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Names a new list, or changes one. */
export function ListDialog({ title, action, list, save, onClose }: Props) {
  const attempt = useAttemptKey();
  const run = async (given: FormData) => {
    const draft: ListDraft = {
      name: typed(given, "name"),
      description: typed(given, "description"),
      private: given.get("private") !== null,
    };
    if (draft.name === "") throw new Error("Give the list a name.");
    await save(draft, attempt.keyOf(JSON.stringify(draft)));
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <Form label={title} action={action} run={run}>
        <CountedField label="Name" name="name" max={NAME_MAX} value={list?.name ?? ""} required />
        <CountedField
          label="Description"
          name="description"
          max={DESCRIPTION_MAX}
          value={list?.description ?? ""}
          multiline
        />
        <CheckField
          label="Private"
          name="private"
          hint="Nobody but you sees a private list, not even those in it."
          defaultChecked={list?.private === true}
        />
      </Form>
    </Dialog>
  );
}
