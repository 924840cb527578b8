/** Prints a value for the secret SIGNING_KEYS: `node scripts/new-signing-keys.ts | wrangler secret put SIGNING_KEYS`. */
import { freshSigningKeys } from "./dev-secrets.ts";

console.log(freshSigningKeys());
