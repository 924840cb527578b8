import { describe, expect, test } from "vitest";
import { hashPassword, verifyPassword } from "../../workers/accounts/passwords.ts";
import { newWorld } from "../support/world.ts";
import { send } from "./send.ts";

describe("a password", () => {
  test("is stored as a scrypt hash that names its cost, with 16 bytes of salt", async () => {
    const stored = await hashPassword("correct horse", 16);
    expect(stored).toMatch(/^scrypt\$16\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
    expect(await hashPassword("correct horse", 16)).not.toBe(stored);
  });

  test("is recognised at the production cost of N = 32768, and no other is", async () => {
    const stored = await hashPassword("correct horse", 32_768);
    expect(await verifyPassword("correct horse", stored, 16)).toBe(true);
    expect(await verifyPassword("correct horsf", stored, 16)).toBe(false);
    expect(await verifyPassword("", stored, 16)).toBe(false);
  });

  test("is the same one however a keyboard composes its letters", async () => {
    const stored = await hashPassword("caf\u00e9 caf\u00e9", 16);
    expect(await verifyPassword("cafe\u0301 cafe\u0301", stored, 16)).toBe(true);
    expect(await verifyPassword("cafe cafe", stored, 16)).toBe(false);
  });

  test("is never right where there is no such user", async () => {
    expect(await verifyPassword("correct horse", null, 16)).toBe(false);
  });
});

test("an unknown username takes as long as a wrong password", async () => {
  const world = await newWorld({ vars: { PASSWORD_SCRYPT_N: "16384" } });
  const ada = await world.register("ada");
  const fastest = async (username: string) => {
    const times: number[] = [];
    for (let run = 0; run < 3; run += 1) {
      const begun = performance.now();
      await send(world.isolate, "POST /2/auth/login", { json: { username, password: "wrong horse" } });
      // In workerd time stands still between I/O: a read makes the clock show what was used.
      await world.isolate.env.SHARD_0.prepare("SELECT 1").all();
      times.push(performance.now() - begun);
    }
    return Math.min(...times);
  };
  const wrong = await fastest(ada.username);
  expect(await fastest("nobody_here")).toBeGreaterThan(wrong / 2);
});
