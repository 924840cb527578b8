/** The secrets of a local Worker: fresh keys of its own, never those of a deployment. */
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** A value for SIGNING_KEYS: a JSON array with one fresh private ES256 JWK. */
export function freshSigningKeys(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return JSON.stringify([{ ...privateKey.export({ format: "jwk" }), kid: randomUUID() }]);
}

/** The variables of an env file (`NAME=value` lines, the value plain or in single quotes); {} where there is no file. */
export function readEnvFile(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  const found: Record<string, string> = {};
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const [, name, value = ""] = /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) found[name] = value.replace(/^'(.*)'$/s, "$1");
  }
  return found;
}

/** Sees to it that the env file at `path` holds signing keys. @returns true where it had to write them. */
export function ensureSigningKeys(path: string): boolean {
  const secrets = readEnvFile(path);
  if (hasKeys(secrets["SIGNING_KEYS"])) return false;
  const kept = Object.entries(secrets).filter(([name]) => name !== "SIGNING_KEYS");
  const lines = [...kept, ["SIGNING_KEYS", freshSigningKeys()]].map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(path, lines.join(""), { mode: 0o600 });
  return true;
}

function hasKeys(value: string | undefined): value is string {
  return value !== undefined && value !== "" && value !== "[]";
}
