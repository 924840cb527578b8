import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operation } from "../../workers/lib/route.ts";
import { operations } from "../../workers/openapi.ts";
import { newWorld } from "../support/world.ts";
import {
  expectNothingWritten,
  expectProblem,
  exampleOf,
  examplesSent,
  named,
  newCast,
  sendExample,
  shapeOf,
  type Cast,
} from "./cast.ts";
import { shareOut } from "./hostile-data.ts";

const guarded = operations.filter((one) => one.auth !== "none");
const open = operations.filter((one) => one.auth === "none");
/** Who may act is written in the path or belongs to the tweet named there. */
const personal = operations.filter((one) => "id" in shapeOf(one.params) && one.errors?.includes(403) === true);

let cast: Cast;
let forged: Readonly<Record<string, string>>;
/** In which Alice's token has come to its end. */
let later: Cast;
/** What a token was answered just before its end. */
let beforeItsEnd = 0;
beforeAll(async () => {
  later = await newCast(await newWorld());
  const { world, alice } = later;
  world.advance(world.isolate.runtime.limits.ACCESS_TOKEN_SECONDS - 30);
  const headers = { authorization: `Bearer ${alice.token}` };
  beforeItsEnd = (await world.isolate.fetch("/2/users/me", { headers })).status;
  world.advance(31);
  cast = await newCast(await newWorld());
  forged = await forgeries(cast);
});
afterAll(() => {
  console.log(`forged tokens: ${examplesSent()} requests`);
});

const base64url = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

interface Forgery {
  readonly key?: CryptoKey | Uint8Array;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** A token such as ours for Alice, changed in one thing. */
async function forge(of: Cast, { key, header, claims }: Forgery): Promise<string> {
  const [own] = JSON.parse(of.world.isolate.env.SIGNING_KEYS) as (JWK & { kid: string })[];
  if (own === undefined) throw new Error("there is no signing key");
  const now = Math.floor(of.world.now() / 1000);
  const good = { sub: of.alice.id, sid: "s".repeat(22), iss: "dunlin", aud: "dunlin", iat: now, exp: now + 600 };
  return new SignJWT(JSON.parse(JSON.stringify({ ...good, ...claims })))
    .setProtectedHeader({ alg: "ES256", typ: "JWT", kid: own.kid, ...header })
    .sign(key ?? (await importJWK(own, "ES256")));
}

/** Tokens that must open nothing, by what is wrong with each. */
async function forgeries(of: Cast): Promise<Record<string, string>> {
  const [own] = JSON.parse(of.world.isolate.env.SIGNING_KEYS) as (JWK & { kid: string })[];
  const stranger = await generateKeyPair("ES256", { extractable: true });
  const strangerJwk = await exportJWK(stranger.publicKey);
  const publicJwk = JSON.stringify({ kty: own?.kty, crv: own?.crv, x: own?.x, y: own?.y });
  const [header = "", claims = "", signature = ""] = of.alice.token.split(".");
  const asBob = base64url({ ...JSON.parse(Buffer.from(claims, "base64url").toString()), sub: of.bob.id });
  const now = Math.floor(of.world.now() / 1000);
  return {
    "another subject under the same signature": `${header}.${asBob}.${signature}`,
    "no signature": `${header}.${claims}.`,
    "a signature cut short": `${header}.${claims}.${signature.slice(0, -4)}`,
    "a signature of zeros": `${header}.${claims}.${"A".repeat(86)}`,
    "alg none": `${base64url({ alg: "none", typ: "JWT" })}.${claims}.`,
    "alg none, signed": `${base64url({ alg: "none", kid: own?.kid })}.${claims}.${signature}`,
    "HS256 with the public key as its secret": await forge(of, {
      key: Buffer.from(publicJwk),
      header: { alg: "HS256" },
    }),
    "a stranger's key under our kid": await forge(of, { key: stranger.privateKey }),
    "a stranger's key brought along": await forge(of, { key: stranger.privateKey, header: { jwk: strangerJwk } }),
    "a stranger's key and kid": await forge(of, { key: stranger.privateKey, header: { kid: "elsewhere" } }),
    "no kid": await forge(of, { header: { kid: undefined } }),
    "a kid that is a path": await forge(of, { header: { kid: "../../etc/passwd" } }),
    "a kid that every object has": await forge(of, { header: { kid: "constructor" } }),
    "another issuer": await forge(of, { claims: { iss: "elsewhere" } }),
    "another audience": await forge(of, { claims: { aud: "elsewhere" } }),
    expired: await forge(of, { claims: { exp: now - 1 } }),
    "without an end": await forge(of, { claims: { exp: undefined } }),
    "not valid yet": await forge(of, { claims: { nbf: now + 600 } }),
    "without a subject": await forge(of, { claims: { sub: undefined } }),
    "a subject that is no id": await forge(of, { claims: { sub: "me" } }),
    "a subject of 25 digits": await forge(of, { claims: { sub: "9".repeat(25) } }),
    "a subject that is a number": await forge(of, { claims: { sub: 7 } }),
    "a refresh token": of.alice.refreshToken,
    nothing: "",
    "two dots": "..",
    text: "not a token",
    "64 KiB": `${"a".repeat(20_000)}.${"b".repeat(20_000)}.${"c".repeat(20_000)}`,
  };
}

test("a token made the same way, with nothing wrong, is taken: the forgeries fail for their own reasons", async () => {
  const me = await cast.world.isolate.fetch("/2/users/me", {
    headers: { authorization: `Bearer ${await forge(cast, {})}` },
  });
  expect(me.status).toBe(200);
  expect(Object.keys(forged).length).toBeGreaterThan(25);
});

// One piece of code reads the token of all that need one: each forgery is tried at some of them.
const FORGERIES_MET = 12;
const shareAt = <T>(id: string, list: readonly T[]): T[] =>
  shareOut(
    guarded.map((one) => one.id),
    list,
    FORGERIES_MET,
  )(id);

test.each(named(guarded))("%s opens to no forged, foreign or spoiled token", async (id, described) => {
  await expectNothingWritten(cast, async () => {
    for (const [what, token] of shareAt(id, Object.entries(forged))) {
      await expectProblem(await sendExample(cast, described, { token }), 401, what);
    }
    for (const header of shareAt(id, [
      "Bearer",
      "bearer ",
      "Basic YWxpY2U6cHc=",
      cast.alice.token,
      `Bearer ${cast.alice.token} x`,
      `Bearer ${cast.alice.token}, Bearer x`,
    ])) {
      const answer = await sendExample(cast, described, { token: null, headers: { authorization: header } });
      await expectProblem(answer, 401, header.slice(0, 20));
    }
  });
});

test.each(named(guarded))("%s needs an account, or says nothing that needs one", async (_id, described) => {
  await expectNothingWritten(cast, async () => {
    const answer = await sendExample(cast, described, { token: null });
    if (described.auth === "required") await expectProblem(answer, 401);
    else expect(answer.status).toBe(200);
  });
});

test("a token is taken until its last seconds", () => {
  expect(beforeItsEnd).toBe(200);
});

test.each(named(guarded))("%s answers 401 to a token after its last second", async (_id, described) => {
  await expectProblem(await sendExample(later, described), 401);
});

test.each(named(open))("%s does not mind an expired token that comes along", async (_id, described) => {
  const answer = await sendExample(cast, described, { token: forged["expired"] ?? null, json: {} });
  await expectProblem(answer, 400);
});

test("what changes something below an id is refused for somebody else's", () => {
  const changing = guarded.filter((one) => one.method !== "get" && "id" in shapeOf(one.params));
  expect(changing.filter((one) => !personal.includes(one)).map((one) => one.id)).toEqual([]);
});

/** The id of something of Bob's that `described` could be about. */
async function foreignIdFor({ path }: Operation): Promise<string> {
  const { bob } = cast;
  if (path.startsWith("/tweets")) return (await bob.posts("mine, not yours")).id;
  if (!path.startsWith("/lists")) return bob.id;
  return (await bob.asks<{ data: { id: string } }>("/2/lists", { json: { name: "mine, not yours" } })).data.id;
}

test.each(named(personal))("%s answers 403 to another user's id, and nothing changes", async (_id, described) => {
  const { bob } = cast;
  const foreign = await foreignIdFor(described);
  await cast.world.drain();
  await bob.home();
  await expectNothingWritten(cast, async () => {
    const params = { ...exampleOf(described, cast).params, id: foreign };
    await expectProblem(await sendExample(cast, described, { params }), 403);
    await expectProblem(
      await sendExample(cast, described, { params: { ...params, id: `00${foreign}`.slice(-19) } }),
      403,
    );
  });
});
