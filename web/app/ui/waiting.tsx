interface Props {
  /** Why it did not come; empty while it may still. */
  readonly failure?: string;
  readonly again?: () => void;
}

/** Stands where something is on its way, or says why it did not come. */
export function Waiting({ failure = "", again }: Props) {
  return (
    <div class="foot">
      {failure === "" ? (
        <span class="spinner" role="status" aria-label="Loading" />
      ) : (
        <>
          <p role="alert">{failure}</p>
          <button type="button" class="button" onClick={again}>
            Try again
          </button>
        </>
      )}
    </div>
  );
}
