import { env } from "cloudflare:workers";
import { runDurableObjectAlarm } from "cloudflare:test";
import type { Person } from "../support/person.ts";
import { lookUp, readHome, readProfile, same, wholeUserList } from "./checks.ts";
import type { Kind, Step } from "./plan.ts";
import { pollHome } from "./polling.ts";
import { checkHome, comeToRest } from "./rest.ts";
import { USERS_MAX, type Run } from "./run.ts";
import { passTime } from "./time.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** From what a cache forgets to what a timeline does; mostly within the day that pushes go on. */
const SHORT = [28 * SECOND, 58 * SECOND, 89 * SECOND, 11 * MINUTE, 11 * MINUTE, 2 * HOUR, 2 * HOUR, 7 * HOUR, 7 * HOUR];
const ABSENCES = [...SHORT, 23.9 * HOUR, 25 * HOUR, 3 * DAY, 13.9 * DAY, 15 * DAY, 20 * DAY];

/** Mostly one; at times more than a feed or a timeline keeps. */
const POSTS_AT_ONCE = [...Array.from({ length: 13 }, () => 1), 3, 3, 3, 14];

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
  "delete",
  "follow",
  "unfollow",
  "refollow",
  "home",
  "scroll",
  "poll",
]);

const STEPS: Readonly<Record<Kind, (run: Run, step: Step) => Promise<void>>> = {
  register: async (run) => {
    if (run.people.length >= USERS_MAX) return;
    meets(run, "register", everybody(run));
    const person = await run.register();
    run.tell(`   ${run.nameOf(person.id)}`);
    // A newcomer has no timeline yet: the first read makes one.
    if (run.upTo(1) === 0) await readHome(run, run.anywhere(person), {});
  },
  post: async (run, { who }) => {
    const count = run.pick(POSTS_AT_ONCE) ?? 1;
    for (let index = 0; index < count; index += 1) await post(run, run.person(who));
    meets(run, "post", [run.person(who).id]);
  },
  delete: deleteOne,
  follow: async (run, { who, other }) => follow(run, run.person(other), run.person(who), "follow"),
  unfollow: unfollowOne,
  refollow: refollowOne,
  "many follow": async (run, { who }) => swing(run, run.person(who % 50), true),
  "many unfollow": async (run, { who }) => swing(run, run.person(who % 50), false),
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
  "look up": async (run, { who }) => {
    const ids = [...run.model.tweets.keys()].slice(-20);
    if (ids.length === 0) return;
    meets(run, "look up", new Set(ids.map((id) => run.model.tweets.get(id)?.authorId ?? "")));
    await lookUp(run, run.anywhere(run.person(who)), ids);
  },
  lists: async (run, { who }) => {
    const person = run.anywhere(run.person(who));
    meetsFollowed(run, "list following", person);
    const got = await wholeUserList(person, `/2/users/${person.id}/following`, 3);
    same(run, `whom ${run.nameOf(person.id)} follows, at once`, got, run.model.following(person.id));
  },
  rest: async (run, { who }) => {
    await comeToRest(run);
    await checkHome(run, run.person(who));
  },
};

const everybody = (run: Run): Iterable<string> => run.model.users.keys();

function meets(run: Run, what: string, authorIds: Iterable<string>): void {
  run.meetings.note(run.model, what, authorIds);
}

function meetsFollowed(run: Run, what: string, reader: Person): void {
  meets(run, what, run.model.following(reader.id));
}

/** The authors of the posts and deletions that wait in the queues. */
function waitingAuthors(run: Run): Set<string> {
  const texts = run.world.queue.messages.map((message) => JSON.stringify(message.body));
  return new Set(texts.flatMap((text) => /"authorId":"0*(\d+)"/.exec(text)?.[1] ?? []));
}

function meetsWaiting(run: Run, what: string): void {
  const authors = waitingAuthors(run);
  if (authors.size > 0) meets(run, what, authors);
}

async function postUnlessWaiting(run: Run, author: Person): Promise<void> {
  if (waitingAuthors(run).size === 0) await run.post(author);
}

async function post(run: Run, author: Person): Promise<void> {
  await run.post(author);
  if (run.upTo(3) === 0) await readHome(run, run.anywhere(author), { max_results: 5 });
}

async function deleteOne(run: Run, { who }: Step): Promise<void> {
  const author = run.person(who);
  const standing = run.model.tweetsOf(author.id);
  // Mostly recent ones: they are still on their way.
  const id = run.pick(run.upTo(1) === 0 ? standing.slice(0, 3) : standing);
  if (id === undefined) return;
  meets(run, "delete", [author.id]);
  await run.delete(author, id);
  if (run.upTo(2) === 0) await lookUp(run, run.anywhere(author), [id]);
  if (run.upTo(2) === 0) await readHome(run, run.anywhere(author), { max_results: 20 });
}

async function follow(run: Run, follower: Person, followee: Person, what: string): Promise<void> {
  if (follower.id === followee.id) return;
  meets(run, what, [followee.id]);
  await run.follow(follower, followee);
}

async function unfollow(run: Run, follower: Person, followee: Person): Promise<void> {
  meets(run, "unfollow", [followee.id]);
  await run.unfollow(follower, followee);
}

async function unfollowOne(run: Run, { who }: Step): Promise<void> {
  const followee = run.person(who);
  const follower = run.pick(run.people.filter((one) => run.model.user(one.id).follows.has(followee.id)));
  if (follower !== undefined) await unfollow(run, follower, followee);
}

async function refollowOne(run: Run, { who }: Step): Promise<void> {
  const followee = run.person(who);
  const before = run.people.filter((one) => run.model.user(one.id).everFollowed.has(followee.id));
  const back = before.filter((one) => !run.model.user(one.id).follows.has(followee.id));
  const follower = run.pick(back.length > 0 ? back : before);
  if (follower === undefined) return;
  if (back.length === 0) await unfollow(run, follower, followee);
  await follow(run, follower, followee, "refollow");
}

/** Several begin or cease to follow a star, so that the thresholds are crossed. */
async function swing(run: Run, star: Person, up: boolean): Promise<void> {
  meets(run, up ? "many follow" : "many unfollow", [star.id]);
  const others = run.people.filter((one) => one.id !== star.id && run.model.user(one.id).follows.has(star.id) !== up);
  const all = up && run.upTo(1) === 0;
  for (const one of others.slice(0, all ? others.length : 1 + run.upTo(3))) {
    if (up) await follow(run, one, star, "follow");
    else await unfollow(run, one, star);
  }
  if (run.upTo(2) > 0) await run.deliver();
}

/** Time passes; alarms that come due go off, or are late. */
async function idle(run: Run): Promise<void> {
  meets(run, "idle", everybody(run));
  const ms = (run.pick(ABSENCES) ?? HOUR) + run.upTo(4 * SECOND);
  run.tell(`   ${(ms / HOUR).toFixed(3)} hours`);
  passTime(ms);
  if (ms < 13 * DAY || run.upTo(1) === 0) return;
  for (const person of run.people) {
    const stub = env.HOME_TIMELINE.getByName(person.id.padStart(19, "0"));
    await runDurableObjectAlarm(stub);
  }
}

async function returnMidFanOut(run: Run, { who, other }: Step): Promise<void> {
  const author = run.person(who % 50);
  if (run.upTo(1) === 0) await idle(run);
  await post(run, author);
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
    if (token === undefined || last === undefined) run.scrolls.delete(reader.id);
    else run.scrolls.set(reader.id, { shown: new Set([...(scroll?.shown ?? []), ...page.ids]), token, last });
  }
}
