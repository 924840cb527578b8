import type { Ctx } from "../lib/context.ts";
import { timeOfId, unpadId } from "../lib/snowflake.ts";
import type { PartialError, UserObject } from "./contract.ts";
import type { ListAsked, ListObject } from "./list-contract.ts";
import type { ListView } from "./lists.ts";
import { presentUser } from "./present.ts";
import { readViewerFields } from "./viewer-fields.ts";
import type { Viewing } from "./viewing.ts";

/** Whole answers that hold lists. */
export interface ListReading {
  readonly viewing: Viewing;
  readonly asked: ListAsked;
}

export interface ListPage {
  readonly views: readonly ListView[];
  readonly nextToken?: string;
  readonly errors?: readonly PartialError[];
}

/** A list with the fields asked for, and those that expansions lead by; all there are unless asked. */
export function presentList({ list }: ListView, asked: ListAsked): ListObject {
  const fields = asked["list.fields"];
  const wants = (field: string) =>
    fields === undefined || fields.includes(field) || asked.expansions?.includes(field) === true;
  const object: ListObject = { id: unpadId(list.id), name: list.name };
  if (wants("created_at")) object.created_at = new Date(timeOfId(list.id)).toISOString();
  if (wants("description")) object.description = list.description;
  if (wants("follower_count")) object.follower_count = list.followerCount;
  if (wants("member_count")) object.member_count = list.memberCount;
  if (wants("owner_id")) object.owner_id = unpadId(list.ownerId);
  if (wants("private")) object.private = list.private;
  return object;
}

/** One list. */
export async function presentListAnswer(ctx: Ctx, view: ListView, reading: ListReading): Promise<Response> {
  return Response.json({ data: presentList(view, reading.asked), ...(await includesOf(ctx, [view], reading)) });
}

/** A page of lists. An empty one has no `data`, only `meta.result_count: 0`. */
export async function presentListPage(ctx: Ctx, page: ListPage, reading: ListReading): Promise<Response> {
  const { views, nextToken, errors } = page;
  return Response.json({
    ...(views.length === 0 ? {} : { data: views.map((view) => presentList(view, reading.asked)) }),
    ...(await includesOf(ctx, views, reading)),
    meta: { result_count: views.length, ...(nextToken === undefined ? {} : { next_token: nextToken }) },
    ...(errors === undefined ? {} : { errors }),
  });
}

/** The owners, each once, where the expansion asks for them. */
async function includesOf(
  ctx: Ctx,
  views: readonly ListView[],
  { viewing, asked }: ListReading,
): Promise<{ includes?: { users: UserObject[] } }> {
  if (asked.expansions?.includes("owner_id") !== true || views.length === 0) return {};
  const owners = new Map(views.map(({ owner, counts }) => [owner.id, { user: owner, counts }]));
  const fields = await readViewerFields(ctx, viewing, asked, { userIds: [...owners.keys()], tweetIds: [] });
  return { includes: { users: [...owners.values()].map((owner) => presentUser(owner, asked, fields)) } };
}
