/** Plain text: aligned tables, small charts, numbers that can be read. No clock is read here: the same input, the same bytes. */

/** Rows under `head`: the first column to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => (row[index] ?? "").length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(head), ...rows.map(line)];
}

export const title = (text: string): string[] => ["", text, "-".repeat(text.length)];

const SCALES = [
  [1e15, "P"],
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/** Three figures: 1,234,567 is 1.23M. */
export function short(value: number): string {
  const [scale, name] = SCALES.find(([least]) => Math.abs(value) >= least * 0.9995) ?? [1, ""];
  const scaled = value / scale;
  if (value === 0) return "0";
  if (Math.abs(value) < 0.01) return value.toPrecision(2);
  const places = Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
  const text = scaled.toFixed(places);
  return `${text.includes(".") ? text.replace(/\.?0+$/, "") : text}${name}`;
}

export const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

export const dollars = (value: number): string => `$${value >= 10 ? whole(value) : short(value)}`;

export function seconds(value: number): string {
  if (value === 0) return "-";
  if (value < 10) return `${value.toFixed(2)} s`;
  return value < 100 ? `${value.toFixed(1)} s` : `${whole(value)} s`;
}

/** Columns of `values` as rows of blocks, the highest at the top, with the value that a full column stands for. */
export function chart(name: string, values: readonly number[], highest: number, height = 4): string[] {
  const blocks = " ▁▂▃▄▅▆▇█";
  const rows = Array.from({ length: height }, (_, row) => {
    const base = height - 1 - row;
    const cells = values.map((value) => {
      const filled = highest === 0 ? 0 : (value / highest) * height - base;
      const eighths = Math.max(0, Math.min(8, Math.round(filled * 8)));
      return blocks[value > 0 && base === 0 ? Math.max(1, eighths) : eighths] ?? " ";
    });
    return `  ${row === 0 ? short(highest).padStart(6) : " ".repeat(6)} |${cells.join("")}`.trimEnd();
  });
  return [`  ${name}`, ...rows];
}
