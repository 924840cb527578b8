import { env } from "cloudflare:workers";
import { evictAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import type { Person } from "../support/person.ts";
import { checkTweets, getPage, lookUp, readHome, readProfile, same, wholeUserList } from "./checks.ts";
import { Disagreement } from "./disagreement.ts";
import { mayActOn } from "./bounds.ts";
import type { Kind, Step } from "./plan.ts";
import { pollHome } from "./polling.ts";
import { checkHome, comeToRest } from "./rest.ts";
import { someReader } from "./whole.ts";
import { USERS_MAX, type Run } from "./run.ts";
import { everybody, meets, meetsFollowed, meetsWaiting, waitingAuthors } from "./steps-meet.ts";
import { PEOPLE_STEPS } from "./steps-people.ts";
import { postOne, TWEET_STEPS } from "./steps-tweets.ts";
import { LIST_STEPS } from "./steps-lists.ts";
import { passTime } from "./time.ts";
import { following } from "./views.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** From what a cache forgets to what a timeline does; mostly within the day that pushes go on. */
const SHORT = [28 * SECOND, 58 * SECOND, 89 * SECOND, 11 * MINUTE, 11 * MINUTE, 2 * HOUR, 2 * HOUR, 7 * HOUR, 7 * HOUR];
const ABSENCES = [...SHORT, 23.9 * HOUR, 25 * HOUR, 3 * DAY, 13.9 * DAY, 15 * DAY, 20 * DAY];

/** Plays a step. What it met is noted by kind and author. */
export async function play(run: Run, step: Step, index: number): Promise<void> {
  run.choose(step);
  run.tell(`#${index} +${step.after} ms ${step.kind}`);
  const work = [STEPS[step.kind](run, step)];
  if (BESIDE_DELIVERY.has(step.kind) && step.seed % 5 === 0) work.push(run.beside().deliver(1 + (step.seed % 3)));
  await Promise.all(work);
}

/** At times messages are delivered while these run, not only before and after. */
const BESIDE_DELIVERY: ReadonlySet<Kind> = new Set<Kind>([
  "post",
  "reply",
  "quote",
  "retweet",
  "undo",
  "delete",
  "like",
  "bookmark",
  "follow",
  "unfollow",
  "refollow",
  "block",
  "unblock",
  "mute",
  "protect",
  "members",
  "home",
  "scroll",
  "poll",
]);

const STEPS: Readonly<Record<Kind, (run: Run, step: Step) => Promise<void>>> = {
  ...PEOPLE_STEPS,
  ...TWEET_STEPS,
  ...LIST_STEPS,
  register: async (run) => {
    if (run.people.length >= USERS_MAX) return;
    meets(run, "register", everybody(run));
    const person = await run.register();
    run.tell(`   ${run.nameOf(person.id)}`);
    // A newcomer has no timeline yet: the first read makes one.
    if (run.upTo(1) === 0) await readHome(run, run.anywhere(person), {});
  },
  idle,
  "return mid fan-out": returnMidFanOut,
  deliver: async (run) => {
    meetsWaiting(run, "deliver, any order");
    await run.deliver();
  },
  "deliver some": async (run, { who }) => {
    await postUnlessWaiting(run, run.person(who % 50));
    meetsWaiting(run, "deliver some");
    await run.deliver(1 + run.upTo(3));
  },
  "lose messages": async (run, { who }) => {
    await postUnlessWaiting(run, run.person(who % 50));
    meetsWaiting(run, "lose messages");
    run.loseMessages();
  },
  sweep: async (run) => {
    if (run.sabotage?.neverSweep === true) return;
    passTime(61 * SECOND + run.upTo(60 * SECOND));
    meets(run, "sweep", everybody(run));
    await run.sweep();
    if (run.upTo(1) === 0) await run.deliver();
  },
  "stale KV": async (run) => {
    run.world.faults.kvStale(run.world.faults.kvStaleSeconds === 0 ? 60 : 0);
    meets(run, "stale KV", everybody(run));
  },
  home: async (run, { who }) => {
    const reader = run.person(who);
    meetsFollowed(run, "read home", reader);
    await readHome(run, run.anywhere(reader), { max_results: 1 + run.upTo(19) });
  },
  scroll: scrollOn,
  poll: async (run, { who }) => {
    const reader = run.person(who);
    meetsFollowed(run, "poll", reader);
    await pollHome(run, run.anywhere(reader));
  },
  profile: async (run, { who, other }) => {
    const author = run.person(who);
    meets(run, "read profile", [author.id]);
    await readProfile(run, run.anywhere(run.upTo(2) === 0 ? author : run.person(other)), author, {
      max_results: 1 + run.upTo(19),
    });
  },
  "look up": async (run) => {
    const ids = [...run.model.tweets.keys()].slice(-20);
    if (ids.length === 0) return;
    meets(run, "look up", new Set(ids.map((id) => run.model.tweet(id).authorId)));
    await lookUp(run, someReader(run), ids);
  },
  conversation: readConversation,
  following: async (run, { who }) => {
    const person = run.anywhere(run.person(who));
    meetsFollowed(run, "list following", person);
    const got = await wholeUserList(run, person, `/2/users/${person.id}/following`, 3);
    // Where a block ends a follow, or an answer begins one, that comes later.
    const settled = (id: string) => !run.unsettled(person.id, id);
    const wanted = following(run.model, person.id).filter(settled);
    same(run, `whom ${run.nameOf(person.id)} follows, at once`, got.filter(settled), wanted);
  },
  rest: async (run, { who }) => {
    await comeToRest(run);
    await checkHome(run, run.person(who));
  },
};

async function postUnlessWaiting(run: Run, author: Person): Promise<void> {
  if (waitingAuthors(run).size === 0) await postOne(run, author);
}

/** Time passes; objects are evicted, and alarms that come due go off, or are late. */
async function idle(run: Run): Promise<void> {
  meets(run, "idle", everybody(run));
  const ms = (run.pick(ABSENCES) ?? HOUR) + run.upTo(4 * SECOND);
  run.tell(`   ${(ms / HOUR).toFixed(3)} hours`);
  passTime(ms);
  // Objects that nobody asks anything are evicted, with all that rested in their memory.
  if (run.upTo(1) === 0) await evictAllDurableObjects();
  if (ms < 13 * DAY || run.upTo(1) === 0) return;
  for (const person of run.people) {
    const stub = env.HOME_TIMELINE.getByName(person.id.padStart(19, "0"));
    await runDurableObjectAlarm(stub);
  }
}

async function returnMidFanOut(run: Run, { who, other }: Step): Promise<void> {
  const author = run.person(who % 50);
  if (run.upTo(1) === 0) await idle(run);
  await postOne(run, author);
  meets(run, "return mid fan-out", [author.id]);
  await run.deliver(1 + run.upTo(3));
  const followers = run.people.filter((one) => run.model.user(one.id).follows.has(author.id));
  const reader = run.pick(followers) ?? run.person(other);
  const read = readHome(run.beside(), run.anywhere(reader), { max_results: 1 + run.upTo(19) });
  // The rest of the fan-out comes while the reader reads, or later.
  await Promise.all([read, ...(run.upTo(1) === 0 ? [run.deliver()] : [])]);
}

/** The next page of somebody's scroll through home, begun anew at its end; other steps come between two pages. */
async function scrollOn(run: Run, { who }: Step): Promise<void> {
  const reader = run.person(who);
  meetsFollowed(run, "scroll", reader);
  for (let pages = 1 + run.upTo(2); pages > 0; pages -= 1) {
    const scroll = run.scrolls.get(reader.id);
    const next = scroll === undefined ? {} : { pagination_token: scroll.token };
    const place = scroll === undefined ? {} : { below: scroll.last, shown: scroll.shown };
    const page = await readHome(run, run.anywhere(reader), { max_results: 1 + run.upTo(9), ...next }, place);
    const token = page.meta.next_token;
    const last = page.ids.at(-1) ?? scroll?.last;
    const shown = new Map(scroll?.shown ?? []);
    const { changes } = run.model.user(reader.id);
    for (const id of page.ids) {
      shown.set(run.model.originalOf(run.model.tweet(id)).id, { id, at: run.now(), changes });
    }
    if (token === undefined || last === undefined) run.scrolls.delete(reader.id);
    else run.scrolls.set(reader.id, { shown, token, last });
  }
}

/** Some pages of a conversation: no tweet comes twice, and none that may not be seen. */
async function readConversation(run: Run): Promise<void> {
  const recent = [...run.model.tweets.values()].filter((tweet) => tweet.replyTo !== null).slice(-8);
  const asked = run.pick(recent);
  if (asked === undefined) return;
  const reader = someReader(run);
  const path = `/2/tweets/${asked.id}/conversation`;
  const met = new Set<string>();
  let token: string | undefined;
  for (let pages = 0; pages < 3; pages += 1) {
    const page = await getPage(run, reader, path, { max_results: 1 + run.upTo(9), pagination_token: token });
    if (page === null) {
      if (reader !== null && mayActOn(run.model, reader.id, asked, run.unsettled) === "yes" && token === undefined) {
        const { protectedAt } = run.model.user(asked.authorId);
        // What ceased to be protected may be remembered as it was.
        if (run.now() - protectedAt > 60 * SECOND) throw new Disagreement(`${path} is not there`);
      }
      return;
    }
    const others = page.tweets.filter((tweet) => tweet.id !== asked.id);
    checkTweets(run, reader, { ...page, tweets: others }, "conversation");
    meets(run, "read conversation", new Set(page.ids.map((id) => run.model.tweet(id).authorId)));
    for (const id of page.ids) {
      if (met.has(id)) throw new Disagreement(`${path} gives ${run.nameOf(id)} twice`);
      met.add(id);
    }
    token = page.meta.next_token;
    if (token === undefined) return;
  }
}
