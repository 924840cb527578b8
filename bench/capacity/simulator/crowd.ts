/** Who follows whom and who was here when: a seeded, heavy-tailed crowd that needs no list of its edges. */
import { seededRandom } from "../../../scripts/lib.ts";
import { curveOf } from "../audience.ts";

/** Users take part in the order of a hash, so neighbours in one author's audience have nothing in common. */
function stepBesides(users: number, random: () => number): number {
  const divides = (a: number, b: number): number => (b === 0 ? a : divides(b, a % b));
  for (;;) {
    const step = 1 + Math.floor(random() * (users - 1));
    if (divides(users, step) === 1) return step;
  }
}

export interface CrowdSize {
  readonly users: number;
  readonly follows: number;
  /** Followers of the most followed author. */
  readonly largest: number;
  /** Sessions of a user a day, on average; a few come all the time, many rarely. */
  readonly sessionsADay: number;
}

const DAY = 86_400;
/** The part of days at which the most frequent visitors stand: session `k` of the day is that of user users * r^SKEW. */
const SKEW = 2;

export class Crowd {
  readonly users: number;
  readonly sessionsADay: number;
  /** Followers by author, the most followed first. */
  readonly followers: Int32Array;
  readonly #first: Int32Array;
  readonly #step: Int32Array;
  /** Seconds of the stored visit of each user; negative before the beginning. */
  readonly seenAt: Float64Array;

  constructor(size: CrowdSize, seed: number) {
    const { users, follows, largest } = size;
    const random = seededRandom(seed);
    this.users = users;
    this.sessionsADay = size.sessionsADay;
    const { exponent } = curveOf(users, follows, Math.min(largest, users - 1));
    this.followers = new Int32Array(users);
    this.#first = new Int32Array(users);
    this.#step = new Int32Array(users);
    this.seenAt = new Float64Array(users);
    const steps = Array.from({ length: 64 }, () => stepBesides(users, random));
    for (let author = 0; author < users; author += 1) {
      this.followers[author] = Math.max(1, Math.round(Math.min(largest, users - 1) * (author + 1) ** -exponent));
      this.#first[author] = Math.floor(random() * users);
      this.#step[author] = steps[author % steps.length] ?? 1;
      this.seenAt[author] = -this.#sinceLastVisit(author, random());
    }
  }

  /** The follower at `place` of an author's audience, in the order that pages take them. */
  followerAt(author: number, place: number): number {
    return ((this.#first[author] as number) + place * (this.#step[author] as number)) % this.users;
  }

  /** Whose session begins where chance says `random`. */
  visitorFor(random: number): number {
    return Math.min(this.users - 1, Math.floor(this.users * random ** SKEW));
  }

  /** Sessions a day of one user. */
  sessionsOf(user: number): number {
    const part = (user + 0.5) / this.users;
    return this.sessionsADay * (1 / SKEW) * part ** (1 / SKEW - 1);
  }

  #sinceLastVisit(user: number, random: number): number {
    return (-Math.log(1 - random) / this.sessionsOf(user)) * DAY;
  }
}

/** How busy an hour is against the day's mean: quiet at 4, busiest at 20, twice the mean. */
export function dailyCurve(second: number): number {
  const hour = (second / 3600) % 24;
  return 1 + 0.9 * Math.cos(((hour - 20) / 24) * 2 * Math.PI) + 0.1 * Math.cos(((hour - 13) / 12) * 2 * Math.PI);
}
