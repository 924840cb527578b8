/** How late deliveries came, in bins that grow by 2 %: percentiles of millions of values in little memory. */
const FIRST = 0.001;
const GROWTH = Math.log(1.02);
const BINS = 1200;

export class Lags {
  readonly #bins = new Float64Array(BINS);
  count = 0;
  /** Seconds. */
  worst = 0;

  add(seconds: number, times: number): void {
    if (times === 0) return;
    const bin = seconds <= FIRST ? 0 : Math.ceil(Math.log(seconds / FIRST) / GROWTH);
    const at = Math.min(BINS - 1, bin);
    this.#bins[at] = (this.#bins[at] as number) + times;
    this.count += times;
    if (seconds > this.worst) this.worst = seconds;
  }

  /** Seconds that the part `p` of deliveries came within; 0 where there were none. */
  percentile(p: number): number {
    const wanted = this.count * p;
    let seen = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      seen += this.#bins[bin] as number;
      if (seen >= wanted && seen > 0) return Math.min(this.worst, FIRST * Math.exp(bin * GROWTH));
    }
    return this.worst;
  }
}
