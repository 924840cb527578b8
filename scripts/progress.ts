/** One line of progress: redrawn on a terminal, every tenth of the way elsewhere. */
export interface Progress {
  step(by?: number): void;
  end(): void;
}

const WIDTH = 28;

/** Shows how much of `total` is done under `label`, with the rate. */
export function showProgress(label: string, total: number): Progress {
  const began = performance.now();
  const live = process.stdout.isTTY;
  let done = 0;
  let shownAt = 0;
  let shownTenth = 0;
  const line = () => {
    const seconds = (performance.now() - began) / 1000;
    const full = Math.round((WIDTH * done) / Math.max(total, 1));
    const rate = seconds > 0 ? Math.round(done / seconds) : 0;
    return `${label.padEnd(10)} [${"#".repeat(full).padEnd(WIDTH, ".")}] ${done}/${total} ${rate}/s ${seconds.toFixed(1)} s`;
  };
  return {
    step(by = 1) {
      done += by;
      const now = performance.now();
      if (live && now - shownAt > 100) {
        shownAt = now;
        process.stdout.write(`\r${line()}`);
      } else if (!live && Math.floor((done * 10) / total) > shownTenth && done < total) {
        shownTenth = Math.floor((done * 10) / total);
        console.log(line());
      }
    },
    end() {
      process.stdout.write(`${live ? "\r" : ""}${line()}\n`);
    },
  };
}
