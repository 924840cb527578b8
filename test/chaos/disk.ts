/**
 * A disk that can be full: a small tmpfs, so that writes of the store fail with ENOSPC, which SQLite calls SQLITE_FULL. It
 * is mounted in a mount namespace that a helper process holds, and goes with that process whatever happens to us.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Disk {
  /** Where a store may live. */
  readonly path: string;
  /** Takes all the room there is. False where this disk has no end. */
  fill(): boolean;
  /** Gives it back. */
  free(): void;
  dispose(): void;
}

const SIZE_MB = 192;
const BLOCKS = [1 << 20, 1 << 12, 1 << 9] as const;

/** A disk with an end where that is wanted and this machine lets us mount one, else a plain folder without. */
export async function makeDisk(endless: boolean): Promise<Disk> {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-chaos-"));
  const holder = endless ? null : await mountTmpfs(folder);
  if (holder === null) return plain(folder);
  const path = join(`/proc/${holder.pid}/root`, folder);
  const filler = join(path, "filler");
  return {
    path,
    fill: () => {
      takeAllRoom(filler);
      return true;
    },
    free: () => rmSync(filler, { force: true }),
    dispose: () => {
      holder.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** False where this machine does not let us mount one with an end. */
export async function canFillDisk(): Promise<boolean> {
  const disk = await makeDisk(false);
  const can = disk.fill();
  disk.dispose();
  return can;
}

function plain(folder: string): Disk {
  return {
    path: folder,
    fill: () => false,
    free: () => undefined,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** @returns the process that holds the mount; null where a mount is not to be had. */
async function mountTmpfs(folder: string): Promise<ChildProcess | null> {
  if (!existsSync("/proc/self/ns/mnt")) return null;
  const script = `mount -t tmpfs -o size=${SIZE_MB}m tmpfs "$0" && echo mounted && exec cat`;
  // Our end of the pipe closes when we end, however that comes: then so does the helper.
  const child = spawn("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script, folder], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const mounted = await new Promise<boolean>((done) => {
    child.once("error", () => done(false));
    child.once("exit", () => done(false));
    child.stdout?.once("data", () => done(true));
  });
  if (!mounted) return null;
  try {
    mkdirSync(join(`/proc/${child.pid}/root`, folder, "store"));
    return child;
  } catch {
    child.kill("SIGKILL");
    return null;
  }
}

function takeAllRoom(file: string): void {
  const descriptor = openSync(file, "a");
  try {
    for (const size of BLOCKS) fillIn(descriptor, Buffer.alloc(size, 1));
  } finally {
    closeSync(descriptor);
  }
}

function fillIn(descriptor: number, block: Buffer): void {
  try {
    while (writeSync(descriptor, block) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
