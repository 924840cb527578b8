/** Figures that others published, beside what the model says of the same thing. */
import { parseLimits, type Limits } from "../../workers/lib/limits.ts";
import { edgePrices, returnMilliseconds } from "./break-even.ts";
import { coefficientsOf } from "./coefficients.ts";
import { HEADLINE } from "./loads.ts";
import type { Measured } from "./measured.ts";
import { ASSUMED, PLATFORM } from "./platform.ts";
import { workOut } from "./sections.ts";
import { Crowd } from "./simulator/crowd.ts";
import { simulate } from "./simulator/simulator.ts";
import { dollars, short, table, title, whole } from "./text.ts";

interface Figure {
  readonly who: string;
  readonly published: string;
  readonly model: string;
  /** The model's over the published one; null where they cannot be compared. */
  readonly factor: number | null;
  readonly why: string;
  /** Where the published figure is a bound, or only a kind of size. */
  readonly holds?: boolean;
}

/** Within this factor the model agrees. */
const AGREES = 1.5;

export function showPublished(measured: Measured, limits: Limits): string[] {
  const figures = [...loadFigures(measured, limits), ...fanOutFigures(measured), ...unknowable()];
  const verdict = ({ factor, holds }: Figure) => {
    if (holds !== undefined) return holds ? "agrees" : "differs";
    if (factor === null) return "cannot know";
    const off = Math.max(factor, 1 / factor);
    return `${off <= AGREES ? "agrees" : "differs"}, ${factor.toFixed(2)}x`;
  };
  const rows = figures.map((figure) => [figure.who, figure.published, figure.model, verdict(figure), figure.why]);
  const head = ["", "published", "the model", "", "why, and what it rests on"];
  const widths = head.map((name, index) => Math.max(name.length, ...rows.map((row) => (row[index] ?? "").length)));
  const padded = [head, ...rows].map((row) => row.map((cell, index) => cell.padEnd(widths[index] ?? 0)));
  const [top = head, ...body] = padded;
  return [...title(`Published figures; within a factor of ${AGREES} the model agrees`), ...table(top, body)];
}

function loadFigures(measured: Measured, limits: Limits): Figure[] {
  const headline = workOut(HEADLINE, measured, limits);
  const price = edgePrices(coefficientsOf(measured));
  const perSecond = headline.day.rates.deliveriesPerDay / 86_400;
  const twitter = workOut({ ...HEADLINE, users: 150e6, dailyUsers: 150e6, tweetsPerDay: 400e6 }, measured, limits);
  const each = headline.day.rates.deliveriesPerDay / HEADLINE.tweetsPerDay;
  return [
    {
      who: "Twitter 2013, timeline updates a day",
      published: "over 30G",
      model: short(twitter.day.rates.deliveriesPerDay),
      factor: twitter.day.rates.deliveriesPerDay / 30e9,
      why: "400M tweets of 150M active users: 75 deliveries a tweet there; 200 follows each is a source's figure, not Twitter's",
    },
    {
      who: "Rama, deliveries a tweet",
      published: "403",
      model: whole(each),
      factor: each / 403,
      why: "200 follows here; 403 is that load's own input",
    },
    {
      who: "Rama, deliveries/s",
      published: "1.41M",
      model: short(perSecond),
      factor: perSecond / 1.41e6,
      why: "two loads of one size, not a prediction",
    },
    {
      who: "list prices, a million deliveries",
      published: "$1.15",
      model: dollars(price.push * 1e6),
      factor: (price.push * 1e6) / 1.15,
      why: "a row and a call; the model adds 10 ms of the object and three rows read",
    },
    {
      who: "the same, trimmed by a row each",
      published: "$2.15",
      model: dollars(price.push * 1e6),
      factor: (price.push * 1e6) / 2.15,
      why: "packed pages: the push and the trim are one row",
    },
    {
      who: "S2's own storage of tweets, GB a day",
      published: "180",
      model: short((HEADLINE.tweetsPerDay * measured.bytes.tweet) / 1e9),
      factor: (HEADLINE.tweetsPerDay * measured.bytes.tweet) / 180e9,
      why: "300 bytes there; counted here, index with it, texts of the benchmark",
    },
  ];
}

function fanOutFigures(measured: Measured): Figure[] {
  const consumers = PLATFORM.queueConsumers * measured.speed.deliveriesPerSecond;
  const gaga = 31e6 / consumers;
  const bluesky = (2e6 * 0.015) / parseLimits({}).FANOUT_CONCURRENCY / 60;
  const calm = quietLag(measured);
  return [
    {
      who: "Twitter, a delivery (the goal)",
      published: "under 5 s",
      model: `p99 ${calm.toFixed(1)} s`,
      factor: null,
      holds: calm < 5,
      why: "the simulator at 1:1,000 without a spike, consumers as this machine's",
    },
    {
      who: "Twitter, 31M followers",
      published: "up to 5 min",
      model: `${(gaga / 60).toFixed(1)} min`,
      factor: gaga / 300,
      why: `${PLATFORM.queueConsumers} consumers of one queue at the measured rate, if they were pushed and all came at once`,
    },
    {
      who: "Bluesky, 2M followers at 15 ms a write",
      published: "over 5 min",
      model: `${bluesky.toFixed(1)} min`,
      factor: null,
      holds: bluesky > 5,
      why: "one page after another, FANOUT_CONCURRENCY calls at once; with ranges it goes by their number",
    },
    {
      who: "Mastodon, 20,000 followers",
      published: "seconds",
      model: `${(20_000 / measured.speed.deliveriesPerSecond).toFixed(0)} s`,
      factor: null,
      holds: 20_000 / measured.speed.deliveriesPerSecond < 60,
      why: "one consumer",
    },
    {
      who: "wandering.shop, 2 h of backlog cleared",
      published: "20 h",
      model: "at 91 % load",
      factor: null,
      why: "a backlog of t clears in t * load / (1 - load), here and there; its load was not published",
    },
    {
      who: "Thunder and one machine: pull beats push",
      published: "in memory",
      holds: true,
      model: `a push = ${whole(edgePrices(coefficientsOf(measured)).push / edgePrices(coefficientsOf(measured)).author)} authors read`,
      factor: null,
      why: `in direction: by price a pull; with D1 a return over 1,024 databases takes ${whole(returnMilliseconds(1024, 200, 10, 10))} ms at 10 ms a query`,
    },
  ];
}

/** Seconds, p99 of those who are here, in an hour of the evening. */
function quietLag(measured: Measured): number {
  const crowd = new Crowd({ users: 300_000, follows: 200, largest: 99_999, sessionsADay: 5 }, 1);
  const outcome = simulate(crowd, {
    from: 18 * 3600,
    seconds: 1200,
    postsADay: 600_000,
    activeFirst: "never",
    ranges: 8,
    consumers: 2,
    shared: false,
    deliveriesPerSecond: measured.speed.deliveriesPerSecond,
    messageSeconds: 0.005,
    seed: 1,
    limits: parseLimits({}),
  });
  return outcome.here.percentile(0.99);
}

function unknowable(): Figure[] {
  const nothing = (who: string, published: string, why: string): Figure => ({
    who,
    published,
    model: "",
    factor: null,
    why,
  });
  return [
    nothing(
      "Queues, a send's median",
      "60 ms",
      "the local queue is memory: latencies of the platform are not in any figure here",
    ),
    nothing("objects, calls/s of one", "about 1,000", "here object, Worker and client share two cores"),
    nothing(
      "object calls and the six connections",
      "not confirmed",
      `between ${whole(ASSUMED.slots / (ASSUMED.slotMilliseconds / 1000))} deliveries/s of a consumer and what was measured`,
    ),
    nothing(
      "Fedibird, a shorter window",
      "-23 % of fan-out",
      "needs how many followers come less than weekly; loads tell of daily users only",
    ),
    nothing("Mastodon, streams of 10-20k users", "800-1,200", "no open sockets in these loads"),
    nothing("objects awake at once of one account", "no limit published", "whether millions are let be awake"),
  ];
}
