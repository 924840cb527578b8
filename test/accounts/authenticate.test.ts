import { exportJWK, generateKeyPair, importJWK, SignJWT, type JWK, type JWTPayload } from "jose";
import { describe, expect, test, vi } from "vitest";
import { authenticate } from "../../workers/accounts/authenticate.ts";
import { publicKeySet } from "../../workers/accounts/signing-keys.ts";
import { createContext, type Ctx } from "../../workers/lib/context.ts";
import { newWorld, type Isolate, type World } from "../support/world.ts";
import { send } from "./send.ts";

const ctxOf = (isolate: Isolate): Ctx =>
  createContext(isolate.runtime, { requestId: "test", waitUntil: () => undefined });

const ourKeys = (world: World): JWK[] => JSON.parse(world.isolate.env.SIGNING_KEYS) as JWK[];

async function newKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid };
}

interface Forged {
  readonly key: JWK;
  readonly kid?: string | undefined;
  readonly claims?: JWTPayload;
  readonly without?: readonly string[];
}

/** A token as ours, but for what is given. */
async function forge(world: World, { key, kid = key.kid, claims = {}, without = [] }: Forged): Promise<string> {
  const now = Math.floor(world.now() / 1000);
  const all = {
    sub: "1990000000000000000",
    sid: "s",
    iss: "dunlin",
    aud: "dunlin",
    iat: now,
    exp: now + 60,
    ...claims,
  };
  const kept = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)));
  const header = { alg: "ES256", ...(kid === undefined ? {} : { kid }) };
  return new SignJWT(kept).setProtectedHeader(header).sign(await importJWK(key, "ES256"));
}

const base64url = (text: string) => Buffer.from(text).toString("base64url");

describe("an access token", () => {
  test("says who is asking", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const viewer = await authenticate(ctxOf(world.isolate), `Bearer ${ada.token}`);
    expect(viewer?.userId).toBe(ada.id.padStart(19, "0"));
    // To the second, as tokens tell time.
    expect(Math.abs((viewer?.tokenExpiresAt ?? 0) - ada.tokenExpiresAt)).toBeLessThan(5_000);
    expect(await authenticate(ctxOf(world.isolate), `bearer ${ada.token}`)).not.toBeNull();
    expect(await authenticate(ctxOf(world.isolate), undefined)).toBeNull();
  });

  test("is verified without any I/O, and its signature once in an isolate", async () => {
    const world = await newWorld({ isolates: 2 });
    const ada = await world.register("ada");
    const verify = vi.spyOn(crypto.subtle, "verify");
    world.meter.reset();
    for (const isolate of world.isolates) {
      for (let request = 0; request < 3; request += 1) await authenticate(ctxOf(isolate), `Bearer ${ada.token}`);
    }
    expect(verify).toHaveBeenCalledTimes(2);
    verify.mockRestore();
    expect(world.meter.d1.requests).toBe(0);
    expect(world.meter.kv.keysRead).toBe(0);
    expect(world.meter.objectCalls()).toBe(0);
  });

  test("expires by the clock, also where it is remembered", async () => {
    const world = await newWorld({ isolates: 2, vars: { ACCESS_TOKEN_SECONDS: "60" } });
    const ada = await world.register("ada");
    const ask = (isolate?: Isolate) => send(isolate ?? world.isolate, "GET /2/users/me", { token: ada.token });
    expect((await ask()).status).toBe(200);
    world.advance(58);
    expect((await ask()).status).toBe(200);
    world.advance(3);
    expect((await ask()).status, "remembered").toBe(401);
    expect((await ask()).status, "forgotten").toBe(401);
    expect((await ask(world.isolates[1])).status, "never seen").toBe(401);
  });

  test("of an older key is good while that key is listed", async () => {
    const [older, newer] = await Promise.all([newKey("2026-01"), newKey("2026-02")]);
    const before = await newWorld({ vars: { SIGNING_KEYS: JSON.stringify([older]) } });
    const during = await newWorld({ vars: { SIGNING_KEYS: JSON.stringify([newer, older]) } });
    const after = await newWorld({ vars: { SIGNING_KEYS: JSON.stringify([newer]) } });
    const ada = await before.register("ada");
    const login = { json: { username: ada.username, password: ada.password } };
    const { body } = await send<{ data: { access_token: string } }>(during.isolate, "POST /2/auth/login", login);
    const status = async (world: World, token: string) =>
      (await send(world.isolate, "GET /2/users/me", { token })).status;
    expect(await status(during, ada.token)).toBe(200);
    expect(await status(after, ada.token)).toBe(401);
    expect(await status(after, body.data.access_token), "the first key signs").toBe(200);
    expect(await status(before, body.data.access_token)).toBe(401);
  });
});

describe("401 and a reason for", () => {
  const forgeries: Record<string, (world: World, good: string) => string | Promise<string>> = {
    "alg none": (_world, good) => `${base64url('{"alg":"none"}')}.${good.split(".")[1]}.`,
    "alg none with a signature": (_world, good) =>
      `${base64url('{"alg":"none","kid":"test-1"}')}.${good.split(".").slice(1).join(".")}`,
    "HS256 over the public key": (world) => {
      const [key] = publicKeySet(ctxOf(world.isolate)).keys;
      return new SignJWT({ sid: "s" })
        .setProtectedHeader({ alg: "HS256", kid: key?.kid ?? "" })
        .setSubject("1")
        .setIssuer("dunlin")
        .setAudience("dunlin")
        .setIssuedAt()
        .setExpirationTime("5m")
        .sign(new TextEncoder().encode(JSON.stringify(key)));
    },
    "a foreign key under our kid": async (world) =>
      forge(world, { key: await newKey("foreign"), kid: ourKeys(world)[0]?.kid }),
    "an unknown kid": async (world) => forge(world, { key: await newKey("foreign") }),
    "no kid": (world) => forge(world, { key: { ...ourKeys(world)[0], kid: undefined } as unknown as JWK }),
    "another payload under a good signature": (_world, good) => {
      const [header, payload = "", signature] = good.split(".");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as JWTPayload;
      return [header, base64url(JSON.stringify({ ...claims, sub: "1" })), signature].join(".");
    },
    "another issuer": (world) => forge(world, { key: ourKeys(world)[0] ?? {}, claims: { iss: "someone" } }),
    "another audience": (world) => forge(world, { key: ourKeys(world)[0] ?? {}, claims: { aud: "someone" } }),
    "a subject that is no id": (world) => forge(world, { key: ourKeys(world)[0] ?? {}, claims: { sub: "1 OR 1=1" } }),
    "no expiry": (world) => forge(world, { key: ourKeys(world)[0] ?? {}, without: ["exp"] }),
    "no subject": (world) => forge(world, { key: ourKeys(world)[0] ?? {}, without: ["sub"] }),
    "no session": (world) => forge(world, { key: ourKeys(world)[0] ?? {}, without: ["sid"] }),
    "an expired one": (world) => forge(world, { key: ourKeys(world)[0] ?? {}, claims: { exp: 1_700_000_000 } }),
    "more than 4 KB": (world) => forge(world, { key: ourKeys(world)[0] ?? {}, claims: { padding: "x".repeat(4000) } }),
    "three dots of nonsense": () => "a.b.c",
    "no token": () => "",
    "two tokens": (_world, good) => `${good}, Bearer ${good}`,
  };

  test.each(Object.entries(forgeries))("%s", async (_name, make) => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const token = await make(world, ada.token);
    for (let time = 0; time < 2; time += 1) {
      const answer = await send(world.isolate, "GET /2/users/me", { token });
      expect(answer.status).toBe(401);
      expect(answer.body.detail).toBe("The access token is not valid, or has expired.");
      expect(answer.headers.get("www-authenticate")).toContain("Bearer");
    }
    const optional = await send(world.isolate, `GET /2/users/${ada.id}`, { token });
    expect(optional.status, "where a token is optional, a bad one is still refused").toBe(401);
  });

  test("another scheme", async () => {
    const world = await newWorld();
    const headers = { authorization: `Basic ${btoa("ada:correct horse")}` };
    expect((await send(world.isolate, "GET /2/users/me", { headers })).status).toBe(401);
  });

  test("our own key and claims would have passed: the forgeries fail for what they say they do", async () => {
    const world = await newWorld();
    const ada = await world.register("ada");
    const token = await forge(world, { key: ourKeys(world)[1] ?? {}, claims: { sub: ada.id } });
    expect((await send(world.isolate, "GET /2/users/me", { token })).status).toBe(200);
  });
});

describe("the keys", () => {
  test("are published without their private parts", async () => {
    const world = await newWorld();
    const response = await world.isolate.fetch("/.well-known/jwks.json");
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
    const { keys } = (await response.json()) as { keys: JWK[] };
    expect(keys.map((key) => key.kid)).toEqual(ourKeys(world).map((key) => key.kid));
    for (const key of keys) {
      expect(Object.keys(key).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
    }
  });

  test.each(["", "nonsense-that-is-secret", "[]", '[{"kty":"RSA"}]'])(
    "that are wrong (%j) end no public request, and nothing of them is told or logged",
    async (keys) => {
      const world = await newWorld({ vars: { SIGNING_KEYS: keys } });
      expect((await send(world.isolate, "GET /2/users/1")).status).toBe(404);
      const answer = await send(world.isolate, "GET /2/users/me", { token: "a.b.c" });
      expect(answer.status).toBe(500);
      const told = JSON.stringify(answer.body) + world.logs.map((line) => String(line.fields["error"])).join();
      expect(told).not.toContain("nonsense");
    },
  );
});
