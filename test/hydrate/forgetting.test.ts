import { expect, test } from "vitest";
import { hydrateTweets } from "../../workers/hydrate/tweets.ts";
import { createContext, type Ctx } from "../../workers/lib/context.ts";
import { parseId } from "../../workers/lib/snowflake.ts";
import type { Isolate } from "../support/isolate.ts";
import type { Person } from "../support/person.ts";
import { newWorld } from "../support/world.ts";

const contextOf = (isolate: Isolate): Ctx =>
  createContext(isolate.runtime, { requestId: "test", waitUntil: () => undefined });

/** The answer of shard 0 comes last, when what the other one said has been taken in. */
function answeringLast(ctx: Ctx): Ctx {
  const other = Promise.withResolvers<void>();
  const guard: Ctx["dependencies"]["guard"] = async (name, call) => {
    const answer = await ctx.dependencies.guard(name, call);
    if (name === "shard:0") await other.promise;
    else setTimeout(other.resolve, 0);
    return answer;
  };
  return { ...ctx, dependencies: { ...ctx.dependencies, guard } };
}

async function post(author: Person, text: string): Promise<string> {
  const id = parseId((await author.posts(text)).id);
  if (id === null) throw new Error("no id");
  return id;
}

test("a page shows every tweet where the isolate forgets everything while the page is read", async () => {
  const world = await newWorld({ isolates: 2 });
  const ada = await world.register("ada", { shard: 0 });
  const bob = await world.register("bob", { shard: 1 });
  const [known, unknown, elsewhere] = [
    await post(ada, "known"),
    await post(ada, "unknown"),
    await post(bob, "elsewhere"),
  ];
  // An isolate that has read one shard's log only: the first word from the other makes it start anew.
  const [, fresh = world.isolate] = world.isolates;
  await hydrateTweets(contextOf(fresh), [known], { own: null });

  const { views, unread } = await hydrateTweets(answeringLast(contextOf(fresh)), [known, unknown, elsewhere], {
    own: null,
  });
  expect(unread.size).toBe(0);
  expect([...views.keys()].toSorted()).toEqual([known, unknown, elsewhere].toSorted());
});
