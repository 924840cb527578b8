import { beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { newApp } from "../../workers/api.ts";
import { operations } from "../../workers/openapi.ts";
import { newWorld } from "../support/world.ts";

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"] as const;
/** Below /api/v2 only: other names for routes that the document has. */
const SPELLINGS = new Set([
  "GET /timelines/home",
  "GET /timeline/home",
  "GET /users/{id}/timeline",
  "POST /users/{id}/follow",
  "DELETE /users/{id}/follow",
  "POST /tweets/{id}/like",
  "DELETE /tweets/{id}/like",
  "POST /tweets/{id}/retweet",
  "DELETE /tweets/{id}/retweet",
  "POST /tweets/{id}/bookmark",
  "DELETE /tweets/{id}/bookmark",
]);
/** Outside of /2 and /api/v2: names that other clients use for routes that the document has. */
const ELSEWHERE = [
  "DELETE /tweets/:id/like",
  "DELETE /users/:id/follow",
  "DELETE /v1/users/:id/follow",
  "GET /timeline/home",
  "GET /v1/timeline/home",
  "POST /tweets",
  "POST /tweets/:id/like",
  "POST /users/:id/follow",
  "POST /v1/tweets",
  "POST /v1/users/:id/follow",
];

const openApi = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string().min(1), version: z.string().min(1) }),
  servers: z.array(z.object({ url: z.string() })),
  components: z.looseObject({
    schemas: z.record(z.string(), z.unknown()),
    securitySchemes: z.record(z.string(), z.unknown()),
  }),
  paths: z.record(
    z.string(),
    z.partialRecord(
      z.enum(METHODS),
      z.looseObject({
        operationId: z.string(),
        summary: z.string().min(1),
        tags: z.array(z.string().min(1)).length(1),
        security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
        parameters: z
          .array(
            z.looseObject({
              name: z.string(),
              in: z.enum(["path", "query", "header", "cookie"]),
              schema: z.looseObject({}),
              required: z.boolean().optional(),
            }),
          )
          .optional(),
        requestBody: z
          .looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.looseObject({}) })) })
          .optional(),
        responses: z.record(
          z.string().regex(/^[1-5]\d\d$/),
          z.looseObject({ description: z.string().min(1), content: z.record(z.string(), z.unknown()) }),
        ),
      }),
    ),
  ),
});
type OpenApi = z.infer<typeof openApi>;

let document: OpenApi;
let raw: unknown;
beforeAll(async () => {
  const answer = await (await newWorld()).isolate.fetch("/openapi.json");
  expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
  expect(answer.headers.get("cache-control")).toBe("public, max-age=300");
  raw = await answer.json();
  document = openApi.parse(raw);
});

const described = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    METHODS.flatMap((method) => {
      const one = methods[method];
      return one === undefined ? [] : [{ name: `${method.toUpperCase()} ${path}`, path, method, one }];
    }),
  );

/** `GET /users/{id}` for each route that the app has below `prefix`; middleware has the method ALL. */
const mounted = (prefix: string) =>
  new Set(
    newApp()
      .routes.filter(({ method, path }) => method !== "ALL" && path.startsWith(`${prefix}/`))
      .map(({ method, path }) => `${method} ${path.slice(prefix.length).replaceAll(/:(\w+)/g, "{$1}")}`),
  );

test("the document lists every route there is, and there is every route that it lists", () => {
  const listed = described()
    .map(({ name }) => name)
    .sort();
  expect(listed.length).toBeGreaterThan(20);
  expect([...mounted("/2")].sort()).toEqual(listed);
  expect([...mounted("/api/v2")].filter((route) => !SPELLINGS.has(route)).sort()).toEqual(listed);
  expect([...mounted("/api/v2")].filter((route) => SPELLINGS.has(route)).length).toBe(SPELLINGS.size);
});

test("no route hides outside of what is known", () => {
  const others = newApp().routes.filter(({ method, path }) => method !== "ALL" && !/^\/(2|api\/v2)\//.test(path));
  expect([...new Set(others.map(({ method, path }) => `${method} ${path}`))].sort()).toEqual([
    ...ELSEWHERE.filter((name) => name.startsWith("DELETE")),
    "GET /*", // the app's pages
    "GET /.well-known/jwks.json",
    "GET /healthz",
    "GET /openapi.json",
    ...ELSEWHERE.filter((name) => !name.startsWith("DELETE")),
  ]);
});

test("it is OpenAPI 3.1: operation ids are unique, references resolve, security is declared", () => {
  expect(document.openapi).toMatch(/^3\.1\.\d+$/);
  expect(document.servers.map((server) => server.url)).toEqual(["/2", "/api/v2"]);
  const ids = described().map(({ one }) => one.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(operations.map((one) => one.id).sort());
  for (const { name, one } of described()) {
    for (const scheme of (one.security ?? []).flatMap(Object.keys))
      expect(document.components.securitySchemes, name).toHaveProperty(scheme);
  }
  const references = [...JSON.stringify(raw).matchAll(/"\$ref":"([^"]*)"/g)].map(([, target = ""]) => target);
  expect(references.length).toBeGreaterThan(20);
  for (const target of new Set(references)) {
    const found = target
      .replace(/^#\//, "")
      .split("/")
      .reduce<unknown>((at, key) => Object(at)[key] as unknown, raw);
    expect(found, target).toBeTypeOf("object");
  }
});

test("each part of a path is declared, once and as required, and nothing else is", () => {
  for (const { name, path, one } of described()) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, part]) => part);
    const parameters = one.parameters ?? [];
    const declared = parameters.filter((parameter) => parameter.in === "path");
    expect(declared.map((parameter) => parameter.name).sort(), name).toEqual([...inPath].sort());
    expect(
      declared.every((parameter) => parameter.required === true),
      name,
    ).toBe(true);
    const keys = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
    expect(new Set(keys).size, name).toBe(keys.length);
  }
});

/** 101 opens a socket. */
const isSuccess = (status: string): boolean => /^(101|2..)$/.test(status);

test("each operation says what it answers, and how it refuses", () => {
  for (const { name, method, one } of described()) {
    const statuses = Object.keys(one.responses);
    expect(statuses.filter(isSuccess).length, name).toBe(1);
    expect(statuses, name).toEqual(expect.arrayContaining(["400", "500", "503"]));
    if (one.security?.some((way) => "bearer" in way) === true) expect(statuses, name).toContain("401");
    for (const [status, answer] of Object.entries(one.responses)) {
      const type = isSuccess(status) ? "application/json" : "application/problem+json";
      expect(Object.keys(answer.content), `${name} ${status}`).toEqual([type]);
    }
    // A password stands in no address, so one DELETE has a body.
    if (method === "get" || (method === "delete" && one.operationId !== "deleteMyAccount"))
      expect(one.requestBody, name).toBeUndefined();
    if (one.requestBody !== undefined) expect(statuses, name).toEqual(expect.arrayContaining(["413", "415"]));
  }
});

test("what may be repeated under a key says so", () => {
  const keyed = described().filter(
    ({ one }) => one.parameters?.some((parameter) => parameter.name === "Idempotency-Key") === true,
  );
  const posts = described().filter(({ method, path }) => method === "post" && !path.startsWith("/auth/"));
  expect(keyed.map(({ name }) => name)).toEqual(posts.map(({ name }) => name));
});

test("session routes say that the token may come and go as a cookie", () => {
  const session = described().filter(({ path }) => path.startsWith("/auth/"));
  expect(session.length).toBe(4);
  for (const { name, one } of session) {
    expect(one.parameters?.find((parameter) => parameter.in === "header")?.name, name).toBe("x-session");
  }
});

test("it can be read: descriptions stand beside parameters, and no machine's limits stand in numbers", () => {
  const text = JSON.stringify(raw);
  expect(text).not.toContain(String(Number.MAX_SAFE_INTEGER));
  expect(text).not.toContain('"additionalProperties":false');
  for (const { name, one } of described()) {
    for (const parameter of one.parameters ?? []) {
      expect(parameter.schema, `${name}: ${parameter.name}`).not.toHaveProperty("description");
      if (parameter.name === "max_results")
        expect(parameter.schema).toMatchObject({ type: "integer", minimum: 1, default: 20 });
      if (parameter.name.endsWith(".fields") && !/^(media|poll|place)/.test(parameter.name))
        expect(parameter["description"]).toContain("comma-separated");
    }
  }
});

test("no parameter or body is left without a type", () => {
  for (const { name, one } of described()) {
    for (const parameter of one.parameters ?? []) {
      const known = "type" in parameter.schema || "$ref" in parameter.schema || "anyOf" in parameter.schema;
      expect(known, `${name}: ${parameter.name} ${JSON.stringify(parameter.schema)}`).toBe(true);
    }
  }
});
