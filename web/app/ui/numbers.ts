const inFull = new Intl.NumberFormat();
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

/** A number in few characters: 12,400 is 12.4K. */
export const short = (number: number): string => compact.format(number);

/** A number in full: 12,400. */
export const whole = (number: number): string => inFull.format(number);

/** A number of things: "1 tweet", "2 tweets". */
export const count = (number: number, thing: string): string =>
  `${whole(number)} ${number === 1 ? thing : `${thing}s`}`;
