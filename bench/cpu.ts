/** CPU time of a process group, from /proc: what a server really costs, even on a machine that is shared. */
import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second, as every Linux on common hardware has them. */
const TICKS = 100;

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
