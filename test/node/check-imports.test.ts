import { expect, test } from "vitest";
import { importErrors } from "../../scripts/check-imports.ts";

const SHELL = 'import { DurableObject } from "cloudflare:workers";';

/** What is said of `from` importing `specifier`; other files are empty. */
function said(from: string, specifier: string, names = "{ a }", others: Record<string, string> = {}): string[] {
  return importErrors(new Map([...Object.entries(others), [from, `import ${names} from "${specifier}";`]]));
}

test.each([
  ["workers/graph/routes.ts", "./follow-user.ts"],
  ["workers/graph/routes.ts", "../hydrate/answers.ts"],
  ["workers/graph/follow-user.ts", "./writer.ts"],
  ["workers/graph/follow-user.ts", "../accounts/reader.ts"],
  ["workers/graph/mirror.consumer.ts", "../tweets/events.ts"],
  ["workers/graph/mirror.consumer.ts", "./writer.ts"],
  ["workers/hydrate/tweets.ts", "../tweets/reader.ts"],
  ["workers/queues.ts", "./graph/mirror.consumer.ts"],
  ["workers/pages/describe-page.ts", "../hydrate/users.ts"],
  ["workers/pages/describe-page.ts", "../lists/reader.ts"],
  ["workers/pages/routes.ts", "./describe-page.ts"],
  ["durable-objects/author-feed.ts", "../workers/tweets/reader.ts"],
  ["durable-objects/author-feed.ts", "../workers/lib/context.ts"],
  ["web/app/pages/home.tsx", "../api/client.ts"],
  ["web/app/tweet/measure.ts", "../../../workers/tweets/tweet-text.ts"],
])("%s may import %s", (from, specifier) => {
  expect(said(from, specifier)).toEqual([]);
});

test.each([
  ["workers/graph/routes.ts", "./writer.ts"],
  ["workers/graph/routes.ts", "./reader.ts"],
  ["workers/graph/follow-user.ts", "./tables.ts"],
  ["workers/graph/follow-user.ts", "../tweets/reader.ts"],
  ["workers/tweets/create-tweet.ts", "../graph/writer.ts"],
  ["workers/tweets/create-tweet.ts", "../graph/tables.ts"],
  ["workers/tweets/create-tweet.ts", "../graph/follow-user.ts"],
  ["workers/tweets/create-tweet.ts", "../accounts/secrets-reader.ts"],
  ["workers/tweets/reader.ts", "./writer.ts"],
  ["workers/lib/context.ts", "../accounts/reader.ts"],
  ["workers/hydrate/tweets.ts", "../tweets/writer.ts"],
  ["workers/cron.ts", "./tweets/writer.ts"],
  ["workers/pages/page-at.ts", "../accounts/usernames.ts"],
  ["workers/accounts/usernames.ts", "../pages/page-at.ts"],
  ["workers/tweets/create-tweet.ts", "../api.ts"],
  ["workers/tweets/create-tweet.ts", "../../test/support/world.ts"],
  ["durable-objects/author-feed.ts", "../workers/tweets/create-tweet.ts"],
  ["web/app/api/types.ts", "../../../workers/hydrate/contract.ts"],
  ["workers/pages/shell.ts", "../../web/app/routes.ts"],
])("%s may not import %s", (from, specifier) => {
  expect(said(from, specifier)).toHaveLength(1);
});

test("the app may import the Worker's types", () => {
  const types = "type { TweetObject }";
  expect(said("web/app/api/types.ts", "../../../workers/hydrate/contract.ts", types)).toEqual([]);
});

test("of an object's class only the type may be imported; pure files beside it are free", () => {
  const others = { "durable-objects/home.ts": SHELL, "durable-objects/feed.ts": "export const key = 1;" };
  const use = (specifier: string, names: string) => said("workers/lib/context.ts", specifier, names, others);
  expect(use("../../durable-objects/home.ts", "type { Home }")).toEqual([]);
  expect(use("../../durable-objects/home.ts", "{ type Home, type Other }")).toEqual([]);
  expect(use("../../durable-objects/feed.ts", "{ key }")).toEqual([]);
  expect(use("../../durable-objects/home.ts", "{ Home }")).toHaveLength(1);
});

test("imports over several lines, exports from and dynamic imports are seen as well", () => {
  const text =
    'import {\n  a,\n  b,\n} from "./writer.ts";\nexport { c } from "./tables.ts";\nawait import("./reader.ts");';
  expect(importErrors(new Map([["workers/graph/routes.ts", text]]))).toHaveLength(3);
});
