import { importJWK, type CryptoKey } from "jose";
import * as z from "zod";
import { perIsolate, type Ctx, type Runtime } from "../lib/context.ts";

export const SIGNING_ALGORITHM = "ES256";

const privateKeys = z
  .array(
    z.object({
      kty: z.literal("EC"),
      crv: z.literal("P-256"),
      x: z.string(),
      y: z.string(),
      d: z.string(),
      kid: z.string().min(1).max(64),
    }),
  )
  .refine((keys) => new Set(keys.map((key) => key.kid)).size === keys.length);
type PrivateKey = z.infer<typeof privateKeys>[number];

/** A public key as `/.well-known/jwks.json` gives it. */
export interface PublicKey {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
  readonly kid: string;
  readonly alg: typeof SIGNING_ALGORITHM;
  readonly use: "sig";
}

export interface SigningKeys {
  /** The key that signs: the first of the secret. */
  readonly signing: { readonly kid: string; readonly key: CryptoKey };
  /** The keys that verify, by `kid`: all of the secret, so that what an older key signed stays good while it is listed. */
  readonly verifying: ReadonlyMap<string, CryptoKey>;
}

const parsedKeys = perIsolate(parseKeys);
const importedKeys = perIsolate((): { keys?: SigningKeys } => ({}));

/** The keys of the SIGNING_KEYS secret, imported once in each isolate. Throws when the secret holds none. */
export async function signingKeys(ctx: Ctx): Promise<SigningKeys> {
  // What is remembered is the result, never the promise: a promise dies with the request that made it, and others
  // would wait on it for good. Two first requests at once import twice, which does no harm.
  const memory = importedKeys(ctx.runtime);
  return (memory.keys ??= await importKeys(parsedKeys(ctx.runtime)));
}

/** The public halves, as a JWK set, for whoever wants to verify our access tokens: cacheable for 300 seconds. */
export function publicKeySet(ctx: Ctx): { keys: PublicKey[] } {
  return { keys: parsedKeys(ctx.runtime).map(publicPart) };
}

function parseKeys(runtime: Runtime): PrivateKey[] {
  const parsed = privateKeys.safeParse(jsonOrNull(runtime.env.SIGNING_KEYS));
  // No detail: a parser's message may repeat a piece of the secret.
  if (!parsed.success)
    throw new Error("SIGNING_KEYS must be a JSON array of private ES256 JWKs, each with its own kid");
  return parsed.data;
}

function jsonOrNull(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
}

async function importKeys(keys: readonly PrivateKey[]): Promise<SigningKeys> {
  const [first] = keys;
  if (first === undefined) throw new Error("SIGNING_KEYS holds no key");
  const verifying = await Promise.all(keys.map(async (key) => [key.kid, await importKey(publicPart(key))] as const));
  return { signing: { kid: first.kid, key: await importKey(first) }, verifying: new Map(verifying) };
}

async function importKey(key: PrivateKey | PublicKey): Promise<CryptoKey> {
  const imported = await importJWK({ ...key }, SIGNING_ALGORITHM);
  if (imported instanceof Uint8Array) throw new Error("a signing key must be an EC key");
  return imported;
}

function publicPart({ kty, crv, x, y, kid }: PrivateKey): PublicKey {
  return { kty, crv, x, y, kid, alg: SIGNING_ALGORITHM, use: "sig" };
}
