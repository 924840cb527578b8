import { signal } from "@preact/signals";

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly failed: boolean;
}

const SHOWN_MS = 6000;
let last = 0;

/** Short messages at the foot of the page, read out by screen readers. */
export const toasts = signal<readonly Toast[]>([]);

/** Says something for a few seconds. */
export function say(text: string, failed = false): void {
  last += 1;
  const id = last;
  toasts.value = [...toasts.peek(), { id, text, failed }].slice(-3);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  toasts.value = toasts.peek().filter((toast) => toast.id !== id);
}
