import { say } from "../state/toasts.ts";

/** Copies the address of one of the app's pages, and says so; where that is refused, it shows the address. */
export async function copyLink(path: string): Promise<void> {
  const address = `${location.origin}${path}`;
  try {
    await navigator.clipboard.writeText(address);
    say("The link is copied.");
  } catch {
    say(`The link could not be copied: ${address}`, true);
  }
}
