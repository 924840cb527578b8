import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** scrypt's block size and parallelism; its cost N is the PASSWORD_SCRYPT_N limit. At N = 32768: 32 MiB, three times. */
const BLOCK_SIZE = 8;
const PARALLELISM = 3;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** `password` as the store keeps it: `scrypt$N$r$p$salt$hash`, the last two in base64url. */
export async function hashPassword(password: string, N: number): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, { N, r: BLOCK_SIZE, p: PARALLELISM });
  return ["scrypt", N, BLOCK_SIZE, PARALLELISM, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/**
 * Whether `password` is the one that `stored` was made from, at the cost written there.
 * @param stored null where there is no such user: the same work is done at cost `N`, so that time tells nobody.
 */
export async function verifyPassword(password: string, stored: string | null, N: number): Promise<boolean> {
  if (stored === null) {
    await derive(password, randomBytes(SALT_BYTES), { N, r: BLOCK_SIZE, p: PARALLELISM });
    return false;
  }
  const [scheme, cost, r, p, salt, hash] = stored.split("$");
  if (scheme !== "scrypt" || salt === undefined || hash === undefined)
    throw new Error("a stored password is not scrypt's");
  const derived = await derive(password, Buffer.from(salt, "base64url"), {
    N: Number(cost),
    r: Number(r),
    p: Number(p),
  });
  const expected = Buffer.from(hash, "base64url");
  return expected.length === derived.length && timingSafeEqual(expected, derived);
}

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // Keyboards differ in how they compose the same letter: NFKC makes them type the same password.
  const text = password.normalize("NFKC");
  // scrypt refuses more than 32 MiB by default, and N = 32768 needs just that and a little.
  const maxmem = 128 * cost.r * (cost.N + cost.p + 8);
  scrypt(text, salt, HASH_BYTES, { ...cost, maxmem }, (error, hash) =>
    error === null ? resolve(hash) : reject(error),
  );
  return promise;
}
