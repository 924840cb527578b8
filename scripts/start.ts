/**
 * `npm start`: everything a fresh clone needs to serve. Makes .dev.vars and the static files, migrates every shard, fills
 * an empty store with a small world, then runs `wrangler dev` and drives its cron.
 *
 *     npm start -- [--port 8787] [--ip 127.0.0.1] [--persist-to DIR] [--var NAME:VALUE]… [--no-seed]
 *                  [--verbose]   (every request, and the list of bindings)
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildAssets } from "./build-assets.ts";
import { ensureSigningKeys } from "./dev-secrets.ts";
import { ROOT, sleep, toolEnv } from "./lib.ts";
import { startLocalRuntime } from "./local-runtime.ts";
import { seed, SEED_PASSWORD, SEED_PEOPLE } from "./seed.ts";

const HEALTHY_WITHIN_MS = 90_000;
const CRON_MS = 60_000;
/** Only while seeding: what an interrupted filling left undone is swept up while the next one waits for it. */
const SEED_SWEEP_SECONDS = "5";
/** Only while seeding, on a port nobody knows: accounts whose password is documented gain nothing from a slow hash. */
const SEED_SCRYPT_N = "16";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8787" },
    ip: { type: "string", default: "127.0.0.1" },
    "persist-to": { type: "string", default: ".wrangler/state" },
    var: { type: "string", multiple: true, default: [] },
    seed: { type: "boolean", default: true },
    verbose: { type: "boolean", default: false },
  },
  allowNegative: true,
});
const url = `http://${values.ip === "0.0.0.0" ? "127.0.0.1" : values.ip}:${values.port}`;
const persistTo = resolve(ROOT, values["persist-to"]);

if (ensureSigningKeys(join(ROOT, ".dev.vars"))) console.log("wrote fresh signing keys to .dev.vars");
await buildAssets();
mkdirSync(persistTo, { recursive: true });
await prepareStore();
const worker = startWorker();
await healthy();
setInterval(() => void driveCron(), CRON_MS);
printWelcome();

/** Migrates the shards, and seeds, in a runtime of its own: a store serves one runtime at a time. */
async function prepareStore(): Promise<void> {
  console.log("preparing the store …");
  const vars = {
    PASSWORD_SCRYPT_N: SEED_SCRYPT_N,
    USERNAME_LENGTH_MIN: "3",
    OUTBOX_SWEEP_AFTER_SECONDS: SEED_SWEEP_SECONDS,
    RATE_LIMIT_SCALE: "0",
    LOG_LEVEL: "error",
  };
  const runtime = await startLocalRuntime({ persistTo, vars, onLine: sayIfNews });
  const stop = () => void runtime.stop().then(() => process.exit(130));
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    if (values.seed && (await seed(runtime.url))) await runtime.outboxEmpty();
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    await runtime.stop();
  }
}

function sayIfNews(line: string): void {
  if (!line.startsWith("Using secrets defined in")) console.log(line);
}

function startWorker(): ChildProcess {
  const vars = values.var.flatMap((pair) => ["--var", pair]);
  const where = ["--port", values.port, "--ip", values.ip, "--persist-to", persistTo, "--inspector-port", "0"];
  const manner = ["--show-interactive-dev-session=false", "--log-level", values.verbose ? "info" : "error"];
  const child = spawn("wrangler", ["dev", ...where, ...manner, ...vars], {
    cwd: ROOT,
    env: { ...toolEnv(), X_LOCAL_OBSERVABILITY: "false" },
    stdio: ["ignore", "inherit", "inherit"],
    detached: true, // a process group of its own, so that nothing of it is left behind
  });
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    signalGroup(child, "SIGINT");
    setTimeout(() => signalGroup(child, "SIGKILL"), 5_000).unref();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop).on("SIGHUP", stop);
  child.on("exit", (code, signal) => {
    signalGroup(child, "SIGKILL");
    if (stopping) process.exit(0);
    console.error(`wrangler dev ended by itself (${signal ?? `exit code ${code}`})`);
    process.exit(1);
  });
  return child;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // it is gone already
  }
}

async function healthy(): Promise<void> {
  const until = performance.now() + HEALTHY_WITHIN_MS;
  while (performance.now() < until) {
    const response = await fetch(`${url}/healthz`).catch(() => null);
    if (response?.ok === true) return;
    await sleep(250);
  }
  console.error(`${url}/healthz did not answer within ${HEALTHY_WITHIN_MS / 1000} s`);
  worker.kill("SIGINT");
}

/** Cron does not fire by itself under wrangler dev. */
async function driveCron(): Promise<void> {
  const response = await fetch(`${url}/cdn-cgi/local/scheduled?cron=*+*+*+*+*`).catch(() => null);
  if (response?.ok !== true) console.error(`the cron run answered ${response?.status ?? "nothing"}`);
  await response?.body?.cancel();
}

function printWelcome(): void {
  const [[who = "alice"] = []] = SEED_PEOPLE;
  const people = SEED_PEOPLE.map(([username]) => username).join(", ");
  console.log(`
  Dunlin is serving.

    app        ${url}/
    API        ${url}/2/…
    reference  ${url}/docs
${values.seed ? `\n    accounts   ${people}\n    password   ${SEED_PASSWORD}\n` : ""}
  ${values.seed ? "Log in" : "Register"}, then read a home timeline:

    curl -s ${url}/2/auth/${values.seed ? "login" : "register"} -H 'content-type: application/json' \\
      -d '{"username":"${who}","password":"${SEED_PASSWORD}"}'
    curl -s ${url}/api/v2/timelines/home -H 'authorization: Bearer <access_token>'

  Ctrl-C stops it. The store is in ${values["persist-to"]}.
`);
}
