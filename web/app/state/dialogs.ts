import { signal } from "@preact/signals";

/** What a composer writes: a tweet, an answer, or a quote. */
export interface Draft {
  readonly replyTo?: string;
  readonly quote?: string;
  /** Text to begin with. */
  readonly text?: string;
}

export interface Question {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly run: () => void;
}

export interface MenuItem {
  readonly label: string;
  readonly danger?: boolean;
  readonly run: () => void;
}

export interface Menu {
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** The button it belongs to: it opens there, and the focus goes back there. */
  readonly at: HTMLElement;
}

/** At most one of each is open. */
export const composing = signal<Draft | null>(null);
export const asking = signal<Question | null>(null);
export const menu = signal<Menu | null>(null);
export const helpOpen = signal(false);

/** Asks before something that cannot be taken back. */
export function confirmThen(question: Question): void {
  asking.value = question;
}
