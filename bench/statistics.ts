/** The value below which the part `p` (0 to 1) of `ascending` lies; NaN where there is none. */
export function percentile(ascending: readonly number[], p: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * p))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
