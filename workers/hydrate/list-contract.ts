import * as z from "zod";
import { nameListField } from "../lib/fields.ts";
import { includesObject, listMeta, partialError, userAsking, type Asked } from "./contract.ts";

/** Lists on the wire: what may be asked for, and the objects that come. */
const LIST_FIELDS = [
  "created_at",
  "description",
  "follower_count",
  "id",
  "member_count",
  "name",
  "owner_id",
  "private",
] as const;

/** Query fields of every operation that answers lists. */
export const listAsking = {
  "list.fields": nameListField(LIST_FIELDS).optional(),
  "user.fields": userAsking["user.fields"],
  expansions: nameListField(["owner_id"]).optional(),
};

/** What a request asked for, as parsed by `listAsking`. */
export interface ListAsked extends Asked {
  readonly "list.fields"?: readonly string[] | undefined;
}

const idText = z
  .string()
  .regex(/^[0-9]{1,19}$/)
  .meta({ example: "1990000000000000000" });

export const listObject = z
  .object({
    id: idText,
    name: z.string(),
    created_at: z.iso.datetime().optional(),
    description: z.string().optional(),
    follower_count: z.number().int().optional(),
    member_count: z.number().int().optional(),
    owner_id: idText.optional(),
    private: z.boolean().optional(),
  })
  .meta({ id: "List" });
export type ListObject = z.infer<typeof listObject>;

export const listAnswer = z.object({ data: listObject, includes: includesObject.optional() });
export const listsAnswer = z.object({
  data: z.array(listObject).optional(),
  includes: includesObject.optional(),
  errors: z.array(partialError).optional(),
  meta: listMeta,
});
