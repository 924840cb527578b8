import type { BrowserContext, Locator, Page } from "playwright-core";
import type { Watch } from "./watch.ts";

/** Long, for a machine that is busy: nothing waits it out that goes well. */
const PATIENCE_MS = 20_000;

/** Somebody in front of the app, in a browser of their own. */
export class Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly watch: Watch;

  constructor(page: Page, context: BrowserContext, watch: Watch) {
    this.page = page;
    this.context = context;
    this.watch = watch;
    page.setDefaultTimeout(PATIENCE_MS);
  }

  /** Goes to an address by loading it, and waits for the page's heading. */
  async goto(path: string): Promise<void> {
    await this.page.goto(path);
    await this.heading().waitFor();
  }

  /** Goes to one of the app's addresses as a press on a link does, without loading anything anew. */
  async go(path: string): Promise<void> {
    await this.page.evaluate(
      `(() => { const link = Object.assign(document.createElement("a"), { href: ${JSON.stringify(path)} });
        document.body.append(link); link.click(); link.remove(); })()`,
    );
    await this.page.waitForURL(`**${path}`);
    await this.heading().waitFor();
  }

  heading(): Locator {
    return this.page.locator("#page h1").first();
  }

  /** Fills in the form, and waits for the page that it leads to: home, unless `at` is another. */
  async signIn(username: string, password: string, at = "/home"): Promise<void> {
    await this.goto(at === "/home" ? "/login" : `/login?next=${encodeURIComponent(at)}`);
    await this.page.getByLabel("Username").fill(username);
    await this.page.getByLabel("Password").fill(password);
    const form = this.page.getByRole("form", { name: "Log in" });
    await this.button("Log in", form).click();
    await form.waitFor({ state: "detached" });
    await this.heading().waitFor();
    if (at === "/home") await this.feed().or(this.page.locator(".empty")).first().waitFor();
  }

  /** The list that the page is about. */
  feed(): Locator {
    return this.page.locator(".feed");
  }

  /** All cards in the document, in order. */
  cards(): Locator {
    return this.page.locator(".feed > article.card");
  }

  /** The card of a tweet with this text. */
  cardOf(text: string): Locator {
    return this.cards().filter({ has: this.page.locator("p.text", { hasText: text }) });
  }

  /** A button by its name; counts that belong to the name may follow. */
  button(name: string, within: Locator | Page = this.page): Locator {
    return within.getByRole("button", { name: new RegExp(`^${name}(, .*)?$`) });
  }

  /** What a card's button shows beside its drawing: "" for zero. */
  async countOn(card: Locator, name: string): Promise<string> {
    return (await this.button(name, card.locator("footer.acts")).innerText()).trim();
  }

  /** Opens a card's menu and chooses. */
  async choose(card: Locator, menu: "More" | "Retweet", item: string | RegExp): Promise<void> {
    await this.button(menu, card).click();
    await this.page.getByRole("menuitem", { name: item, exact: typeof item === "string" }).click();
  }

  /** The field of the first composer on the page; of the dialog, where one is open. */
  composer(within: Locator | Page = this.page): Locator {
    return within.locator("form.composer textarea").first();
  }

  /** Writes and posts at the top of home, and waits for the card. */
  async post(text: string): Promise<void> {
    await this.composer().fill(text);
    await this.composer().press("Control+Enter");
    await this.cardOf(text).waitFor();
  }

  /** "3 new tweets", where there are any. */
  pill(): Locator {
    return this.page.locator("button.pill");
  }

  dialog(): Locator {
    return this.page.locator("dialog[open]");
  }

  /** A short message at the foot of the page. */
  toast(text: string | RegExp): Locator {
    return this.page.locator(".toast", { hasText: text });
  }

  /** Pixels from the window's top. */
  async topOf(item: Locator): Promise<number> {
    const box = await item.boundingBox();
    if (box === null) throw new Error("not on the page");
    return box.y;
  }

  /** Scrolls the window by so many pixels, as a wheel does. */
  async scroll(by: number): Promise<void> {
    await this.page.mouse.wheel(0, by);
  }

  /** Scrolls to the end of what is loaded. */
  async scrollToEnd(): Promise<void> {
    await this.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}
