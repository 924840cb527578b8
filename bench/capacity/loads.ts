/** The loads that the design was asked to carry. S0 to S3 are the sources of the design; what they leave out is ASSUMED. */
export interface Load {
  readonly name: string;
  readonly dailyUsers: number;
  /** Accounts that follow and are followed, daily users or not. */
  readonly users: number;
  readonly tweetsPerDay: number;
  readonly tweetsPerSecondAtPeak: number;
  /** Pages of home. */
  readonly readsPerDay: number;
  readonly readsPerSecondAtPeak: number;
  readonly follows: number;
  /** Followers of the most followed author. */
  readonly largestAudience: number;
  readonly mediaBytesPerDay: number;
  /** Sessions of a daily user a day; the pages of a session follow one another. */
  readonly sessions: number;
  readonly likesPerDay: number;
  readonly followsPerDay: number;
}

const MILLION = 1e6;
const TB = 1e12;

/** What no source says: five sessions a day, two likes a tweet, a new follow for one in twenty users a day. */
const ASSUMED = { sessions: 5, likesPerTweet: 2, followsPerUserDay: 0.05 };

function loadOf(given: Omit<Load, "sessions" | "likesPerDay" | "followsPerDay">): Load {
  const { dailyUsers, tweetsPerDay } = given;
  const { sessions, likesPerTweet, followsPerUserDay } = ASSUMED;
  const [likesPerDay, followsPerDay] = [tweetsPerDay * likesPerTweet, dailyUsers * followsPerUserDay];
  return { ...given, sessions, likesPerDay, followsPerDay };
}

/** 300M daily users, 600M tweets a day, 150k reads a second at peak, 200 follows each, one author with 100M followers. */
export const HEADLINE: Load = loadOf({
  name: "S2, the headline",
  dailyUsers: 300 * MILLION,
  users: 300 * MILLION,
  tweetsPerDay: 600 * MILLION,
  tweetsPerSecondAtPeak: 15_000,
  readsPerDay: 6_000 * MILLION,
  readsPerSecondAtPeak: 150_000,
  follows: 200,
  largestAudience: 100 * MILLION,
  mediaBytesPerDay: 60 * TB,
});

/** A deployment at its beginning: the headline's habits, fewer people. */
const beginning = (name: string, users: number, largestAudience: number): Load =>
  loadOf({
    name,
    dailyUsers: users,
    users: users * 3,
    tweetsPerDay: users * 2,
    tweetsPerSecondAtPeak: (users * 2 * 2.2) / 86_400,
    readsPerDay: users * 20,
    readsPerSecondAtPeak: (users * 20 * 2.2) / 86_400,
    follows: 50,
    largestAudience,
    mediaBytesPerDay: 0,
  });

/** The headline's habits with other numbers of people: a third of all follow the most followed author. */
export function headlineOf(users: number): Load {
  const part = users / HEADLINE.dailyUsers;
  return {
    ...HEADLINE,
    name: "headline",
    dailyUsers: users,
    users,
    tweetsPerDay: HEADLINE.tweetsPerDay * part,
    tweetsPerSecondAtPeak: HEADLINE.tweetsPerSecondAtPeak * part,
    readsPerDay: HEADLINE.readsPerDay * part,
    readsPerSecondAtPeak: HEADLINE.readsPerSecondAtPeak * part,
    largestAudience: users / 3,
    mediaBytesPerDay: HEADLINE.mediaBytesPerDay * part,
    likesPerDay: HEADLINE.likesPerDay * part,
    followsPerDay: HEADLINE.followsPerDay * part,
  };
}

export const LOADS: readonly Load[] = [
  beginning("10k users", 10_000, 5_000),
  beginning("1M users", MILLION, 300_000),
  loadOf({
    ...HEADLINE,
    name: "S0",
    dailyUsers: 150 * MILLION,
    users: 150 * MILLION,
    tweetsPerDay: 5_000 * 86_400,
    tweetsPerSecondAtPeak: 15_000,
    readsPerDay: 150 * MILLION * 60,
    readsPerSecondAtPeak: 600_000,
    mediaBytesPerDay: 0,
  }),
  loadOf({
    ...HEADLINE,
    name: "S1",
    dailyUsers: 200 * MILLION,
    users: 500 * MILLION,
    tweetsPerDay: 500 * MILLION,
    tweetsPerSecondAtPeak: 6_000,
    // A hundred reads a tweet.
    readsPerDay: 100 * 500 * MILLION,
    readsPerSecondAtPeak: 1_200_000,
    mediaBytesPerDay: 0,
  }),
  HEADLINE,
  loadOf({
    ...HEADLINE,
    name: "S3",
    dailyUsers: 200 * MILLION,
    users: 500 * MILLION,
    tweetsPerDay: 500 * MILLION,
    tweetsPerSecondAtPeak: 46_000,
    readsPerDay: 300 * MILLION,
    readsPerSecondAtPeak: 35_000,
    mediaBytesPerDay: 0,
  }),
];
