import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import * as z from "zod";
import { operations as accounts } from "./accounts/contract.ts";
import { operations as graph } from "./graph/contract.ts";
import type { Operation } from "./lib/route.ts";
import { operations as timelines } from "./timelines/contract.ts";
import { operations as tweets } from "./tweets/contract.ts";

/** Every operation of the API, in the order of the document. */
export const operations: readonly Operation[] = [...accounts, ...tweets, ...graph, ...timelines];

const problem = z
  .object({
    title: z.string(),
    detail: z.string(),
    type: z.string(),
    status: z.number().int(),
    message: z.string(),
    errors: z
      .array(z.object({ message: z.string(), parameters: z.record(z.string(), z.array(z.string())).optional() }))
      .optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457, with the fields that clients of X's API look for" });

const REASONS: Readonly<Record<number, string>> = {
  400: "malformed",
  401: "no token, or not a good one",
  403: "not allowed",
  404: "absent, or hidden from you",
  409: "conflict",
  413: "the body is too large",
  415: "the body is not JSON",
  422: "understood, but refused",
  429: "too many requests",
  500: "our fault",
  503: "a store does not answer; try again",
};

/** The API as an OpenAPI 3.1 document, made from the contracts that the routes validate with. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const described of operations) {
    const path = described.path.replaceAll(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[described.method] = operationObject(described);
  }
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "Dunlin",
      version: "2",
      description: "A Twitter-like API in the shape of X's API v2. Ids are decimal strings; times are ISO 8601 in UTC.",
    },
    servers: [{ url: "/2" }, { url: "/api/v2" }],
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } } },
    paths: paths as ZodOpenApiPathsObject,
  });
}

function operationObject(described: Operation): ZodOpenApiOperationObject {
  const { params, query, body, success } = described;
  const refusals = [400, 500, 503, ...(described.auth === "none" ? [] : [401]), ...(described.errors ?? [])];
  const answers = refusals.map((status) => [
    String(status),
    { description: REASONS[status] ?? "refused", content: { "application/problem+json": { schema: problem } } },
  ]);
  const bearer = { bearer: [] };
  const security = { none: [], optional: [{}, bearer], required: [bearer] }[described.auth];
  return {
    operationId: described.id,
    tags: [described.tag],
    summary: described.summary,
    ...(described.description === undefined ? {} : { description: described.description }),
    security,
    requestParams: {
      ...(params === undefined ? {} : { path: params as z.ZodObject }),
      ...(query === undefined ? {} : { query: query as z.ZodObject }),
    },
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
    responses: {
      [success.status]: {
        description: success.description,
        content: { "application/json": { schema: success.schema } },
      },
      ...Object.fromEntries(answers),
    },
  };
}
