import { Hono } from "hono";
import { presentUserPage } from "../hydrate/answers.ts";
import { refusalToRead } from "../hydrate/user-gate.ts";
import { Viewing } from "../hydrate/viewing.ts";
import type { Ctx } from "../lib/context.ts";
import { underKey } from "../lib/idempotency.ts";
import { requireSelf } from "../lib/require-self.ts";
import { handle, type AppEnv, type Viewer } from "../lib/route.ts";
import { answerRequest } from "./answer-request.ts";
import { blockUser, unblockUser } from "./block-user.ts";
import * as contract from "./contract.ts";
import { followUser } from "./follow-user.ts";
import * as hiding from "./hiding-contract.ts";
import {
  listBlocking,
  listFollowers,
  listFollowing,
  listMuting,
  listRequesters,
  type FollowPage,
  type PageAsked,
} from "./list-follows.ts";
import { muteUser, unmuteUser } from "./mute-user.ts";
import { listMutedWords, muteWord, unmuteWord } from "./mute-word.ts";
import { unfollowUser } from "./unfollow-user.ts";

const routes = new Hono<AppEnv>();

handle(routes, contract.followUserOperation, async ({ ctx, actor, params, body }, c) => {
  requireSelf(actor, params.id);
  const data = await underKey(ctx, actor, c.req.raw, body, (idempotency) =>
    followUser(ctx, actor, { followeeId: body.target_user_id, idempotency }),
  );
  return c.json({ data });
});

handle(routes, contract.unfollowUserOperation, async ({ ctx, actor, params }, c) => {
  requireSelf(actor, params.id);
  await unfollowUser(ctx, actor, params.target);
  return c.json({ data: { following: false } });
});

interface Lists {
  readonly max_results: number;
  readonly pagination_token?: string | undefined;
  readonly "user.fields"?: readonly string[] | undefined;
}
type List = (ctx: Ctx, userId: string, page: PageAsked) => Promise<FollowPage>;
const pageOf = (query: Lists): PageAsked => ({ count: query.max_results, token: query.pagination_token });

/** A list that others may read, where neither protection nor a block keeps them from it. */
async function answerTheirs(ctx: Ctx, actor: Viewer, userId: string, query: Lists, list: List): Promise<Response> {
  const viewing = new Viewing(ctx, actor);
  const refusal = await refusalToRead(ctx, viewing, userId);
  const page = refusal === null ? await list(ctx, userId, pageOf(query)) : { ids: [], errors: [refusal] };
  return presentUserPage(ctx, page, { viewing, asked: query });
}

/** A list that is its owner's alone. */
async function answerOwn(ctx: Ctx, actor: Viewer, userId: string, query: Lists, list: List): Promise<Response> {
  requireSelf(actor, userId);
  const page = await list(ctx, userId, pageOf(query));
  return presentUserPage(ctx, page, { viewing: new Viewing(ctx, actor), asked: query });
}

handle(routes, contract.getFollowingOperation, ({ ctx, actor, params, query }) =>
  answerTheirs(ctx, actor, params.id, query, listFollowing),
);

handle(routes, contract.getFollowersOperation, ({ ctx, actor, params, query }) =>
  answerTheirs(ctx, actor, params.id, query, listFollowers),
);

handle(routes, contract.getFollowRequestsOperation, ({ ctx, actor, params, query }) =>
  answerOwn(ctx, actor, params.id, query, listRequesters),
);

const answers = [
  [contract.approveRequestOperation, true],
  [contract.refuseRequestOperation, false],
] as const;
for (const [operation, approved] of answers) {
  handle(routes, operation, async ({ ctx, actor, params }, c) => {
    requireSelf(actor, params.id);
    const data = await underKey(ctx, actor, c.req.raw, null, (idempotency) =>
      answerRequest(ctx, actor, { requesterId: params.requester, approved, idempotency }),
    );
    return c.json({ data });
  });
}

handle(routes, hiding.blockUserOperation, async ({ ctx, actor, params, body }, c) => {
  requireSelf(actor, params.id);
  const data = await underKey(ctx, actor, c.req.raw, body, (idempotency) =>
    blockUser(ctx, actor, { blockedId: body.target_user_id, idempotency }),
  );
  return c.json({ data });
});

handle(routes, hiding.unblockUserOperation, async ({ ctx, actor, params }, c) => {
  requireSelf(actor, params.id);
  await unblockUser(ctx, actor, params.target);
  return c.json({ data: { blocking: false } });
});

handle(routes, hiding.getBlockingOperation, ({ ctx, actor, params, query }) =>
  answerOwn(ctx, actor, params.id, query, listBlocking),
);

handle(routes, hiding.muteUserOperation, async ({ ctx, actor, params, body }, c) => {
  requireSelf(actor, params.id);
  const data = await underKey(ctx, actor, c.req.raw, body, (idempotency) =>
    muteUser(ctx, actor, { mutedId: body.target_user_id, until: body.expires_at ?? null, idempotency }),
  );
  return c.json({ data });
});

handle(routes, hiding.unmuteUserOperation, async ({ ctx, actor, params }, c) => {
  requireSelf(actor, params.id);
  await unmuteUser(ctx, actor, params.target);
  return c.json({ data: { muting: false } });
});

handle(routes, hiding.getMutingOperation, ({ ctx, actor, params, query }) =>
  answerOwn(ctx, actor, params.id, query, listMuting),
);

handle(routes, hiding.getMutedWordsOperation, async ({ ctx, actor, params }, c) => {
  requireSelf(actor, params.id);
  const data = await listMutedWords(ctx, actor);
  return c.json({ ...(data.length === 0 ? {} : { data }), meta: { result_count: data.length } });
});

handle(routes, hiding.muteWordOperation, async ({ ctx, actor, params, body }, c) => {
  requireSelf(actor, params.id);
  const data = await underKey(ctx, actor, c.req.raw, body, (idempotency) =>
    muteWord(ctx, actor, { word: body.word, until: body.expires_at ?? null, idempotency }),
  );
  return c.json({ data });
});

handle(routes, hiding.unmuteWordOperation, async ({ ctx, actor, params }, c) => {
  requireSelf(actor, params.id);
  await unmuteWord(ctx, actor, params.word);
  return c.json({ data: { muting: false } });
});

export default routes;
