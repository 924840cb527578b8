import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from "zod-openapi";
import * as z from "zod";
import { operations as accounts, sessionHeader } from "./accounts/contract.ts";
import { operations as engagement } from "./engagement/contract.ts";
import { operations as graph } from "./graph/contract.ts";
import type { Operation } from "./lib/route.ts";
import { operations as lists } from "./lists/contract.ts";
import { operations as timelines } from "./timelines/contract.ts";
import { operations as tweets } from "./tweets/contract.ts";

/** Every operation of the API, in the order of the document. */
export const operations: readonly Operation[] = [
  ...accounts,
  ...tweets,
  ...engagement,
  ...graph,
  ...lists,
  ...timelines,
];

const problem = z
  .object({
    title: z.string(),
    detail: z.string(),
    type: z.string(),
    status: z.number().int(),
    message: z.string(),
    errors: z.array(
      z.object({ message: z.string(), parameters: z.record(z.string(), z.array(z.string())).optional() }),
    ),
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
  for (const one of operations) {
    const path = one.path.replaceAll(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[one.method] = operationObject(one);
  }
  const described: ZodOpenApiObject = {
    openapi: "3.1.0",
    info: {
      title: "Dunlin",
      version: "2",
      description: "A Twitter-like API in the shape of X's API v2. Ids are decimal strings; times are ISO 8601 in UTC.",
    },
    servers: [{ url: "/2" }, { url: "/api/v2" }],
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } } },
    paths: paths as ZodOpenApiPathsObject,
  };
  return describeParameters(createDocument(described, { override: ({ jsonSchema }) => readably(jsonSchema) }));
}

/** Leaves out what zod's JSON schemas say for machines only, and that objects are closed: answers may grow. */
function readably(schema: Record<string, unknown>): void {
  if (schema["format"] === "date-time") delete schema["pattern"];
  if (schema["minimum"] === Number.MIN_SAFE_INTEGER) delete schema["minimum"];
  if (schema["maximum"] === Number.MAX_SAFE_INTEGER) delete schema["maximum"];
  if (schema["additionalProperties"] === false) delete schema["additionalProperties"];
}

/** Pages that show the document look for a parameter's description beside its schema, not inside. */
function describeParameters(document: ReturnType<typeof createDocument>): object {
  for (const methods of Object.values(document.paths ?? {})) {
    for (const method of ["get", "post", "patch", "put", "delete"] as const) {
      for (const parameter of methods[method]?.parameters ?? []) {
        if (!("schema" in parameter) || typeof parameter.schema !== "object") continue;
        const { description, ...schema } = parameter.schema;
        if (description !== undefined) Object.assign(parameter, { description, schema });
      }
    }
  }
  return document;
}

const idempotencyHeader = z.object({
  "Idempotency-Key": z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: "makes a repeat safe: for 24 hours the same key gives the first answer again" }),
});

/** Headers that change what an operation does: any POST outside /auth may be repeated under a key. */
function headersOf({ method, path }: Operation): { header?: z.ZodObject } {
  if (path.startsWith("/auth/")) return { header: sessionHeader };
  return method === "post" ? { header: idempotencyHeader } : {};
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
      ...headersOf(described),
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
