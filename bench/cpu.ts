/** CPU time, from /proc: what a server really costs, and who else was busy, even on a machine that is shared. */
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Clock ticks a second, as every Linux on common hardware has them. */
const TICKS = 100;
export const CORES = availableParallelism();

/** CPU seconds that the processes of `group` have used so far; null where there is no /proc. */
export function cpuSecondsOf(group: number): number | null {
  let ticks = 0;
  let names: string[];
  try {
    names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  for (const name of names) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // The command's name may hold spaces; what follows its bracket does not. Fields: state ppid pgrp … utime(12) stime(13).
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(fields[2]) === group) ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // it ended meanwhile
    }
  }
  return ticks / TICKS;
}

/** CPU seconds that the whole machine was busy since it started; null where there is no /proc. */
function busySeconds(): number | null {
  try {
    const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n", 1);
    // cpu user nice system idle iowait irq softirq steal
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
      .trim()
      .split(/\s+/)
      .slice(1)
      .map(Number);
    return (user + nice + system + irq + softirq + steal) / TICKS;
  } catch {
    return null;
  }
}

/** CPU seconds of one stretch of time; NaN where the system does not tell. */
export interface CpuUse {
  readonly wallSeconds: number;
  readonly server: number;
  readonly client: number;
  /** Everything else that ran, this process included. */
  readonly others: number;
}

/** Begins to watch; the function ends it, given what the client says of itself. */
export function watchCpu(server: number): (clientSeconds: number) => CpuUse {
  const [began, serverBefore, busyBefore] = [performance.now(), cpuSecondsOf(server), busySeconds()];
  return (client) => {
    const wallSeconds = (performance.now() - began) / 1000;
    const used = (cpuSecondsOf(server) ?? Number.NaN) - (serverBefore ?? Number.NaN);
    const busy = (busySeconds() ?? Number.NaN) - (busyBefore ?? Number.NaN);
    return { wallSeconds, server: used, client, others: Math.max(0, busy - used - client) };
  };
}

export function addUses(uses: readonly CpuUse[]): CpuUse {
  const total = { wallSeconds: 0, server: 0, client: 0, others: 0 };
  for (const use of uses) {
    total.wallSeconds += use.wallSeconds;
    total.server += use.server;
    total.client += use.client;
    total.others += use.others;
  }
  return total;
}

/** `seconds` of CPU as a part (0 to 1) of all that the machine had to give meanwhile. */
export const shareOf = (seconds: number, { wallSeconds }: CpuUse): number => seconds / (wallSeconds * CORES);
