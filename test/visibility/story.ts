import type { Account, Folder, List, Tweet } from "./facts.ts";
import { Stage } from "./stage.ts";
import type { World } from "../support/world.ts";

/** A world in which everything has happened that could decide who may see what. */

export interface Story {
  readonly stage: Stage;
  /** Nell, whom everybody gets on with; Pub, who is public; Gone, whose account is deleted; Pro, who is protected. */
  readonly authors: readonly Account[];
  /** All who look, null for nobody signed in. */
  readonly viewers: readonly (Account | null)[];
  /** Tweets that are looked at one by one. */
  readonly targets: readonly Tweet[];
}

/** How they stand to Pub, Gone and Pro. */
const VIEWERS = [
  "stranger",
  "follower", // from before Pro was protected
  "approved", // asked Pro, and was let in
  "requester", // asked Pro, and waits
  "former", // does not follow any more
  "blocked",
  "blocker",
  "unblocked", // was blocked once
  "muter",
  "lapsed", // their mutes have ended
  "wordy", // mutes a word
] as const;
type Label = (typeof VIEWERS)[number];
type Viewers = Readonly<Record<Label, Account>>;
type Authors = Readonly<Record<"nell" | "pub" | "gone" | "pro", Account>>;

export const MUTED_WORD = "aubergine";

/** What every author wrote by themself. */
interface Own {
  readonly author: Account;
  readonly plain: Tweet;
  readonly second: Tweet;
  readonly aubergine: Tweet;
  readonly doomed: Tweet;
}

interface Lists {
  readonly open: List;
  readonly pubs: List;
  readonly pros: List;
  readonly gones: List;
  readonly closing: List;
  readonly doomed: List;
}

/** @param pause seconds that pass between its parts. */
export async function tellStory(world: World, pause = 0): Promise<Story> {
  const passes = async () => {
    await world.drain();
    world.advance(pause);
  };
  const stage = new Stage(world);
  const [nell, pub, gone, pro] = await stage.registers("nell", "pub", "gone", "pro");
  const authors: Authors = { nell, pub, gone, pro };
  const all = await stage.registers(...VIEWERS);
  const viewers = Object.fromEntries(VIEWERS.map((label, index) => [label, all[index]])) as Viewers;
  await begin(stage, authors, viewers);
  await passes();
  const owns: Own[] = [];
  for (const author of Object.values(authors)) owns.push(await writeAlone(stage, author, Object.values(viewers)));
  await passes();
  const aside = await stage.posts(viewers.stranger, "aside");
  await talk(stage, authors, owns);
  for (const viewer of Object.values(viewers)) await joinIn(stage, viewer, owns);
  await engage(stage, [...Object.values(authors), ...Object.values(viewers)], owns);
  const lists = await makeLists(stage, authors, viewers);
  await passes();
  await fallOut(stage, authors, viewers);
  await passes();
  const later = await writeOn(stage, authors, viewers, owns);
  await takeBack(stage, authors, owns, lists);
  await world.drain();
  await stage.vanishes(gone);
  await world.drain();
  return {
    stage,
    authors: Object.values(authors),
    viewers: [null, ...Object.values(viewers), ...Object.values(authors)],
    targets: [...Object.values(authors).flatMap((author) => ofEachKind(stage, author)), aside, later],
  };
}

/** Of what an author wrote one tweet of each kind, standing, deleted or hidden. */
function ofEachKind(stage: Stage, author: Account): Tweet[] {
  const theirs = stage.facts.tweets.filter((tweet) => tweet.author === author);
  const kinds: readonly ((tweet: Tweet) => boolean)[] = [
    ({ text }) => text.endsWith("plain"),
    ({ text }) => text.endsWith("second"),
    ({ text }) => text.endsWith("doomed"),
    ({ replyTo, hiddenReply, deleted }) =>
      replyTo !== undefined && replyTo.author !== author && !hiddenReply && !deleted,
    ({ replyTo }) => replyTo?.author === author,
    ({ replyTo, deleted }) => replyTo !== undefined && deleted,
    ({ quotes, deleted }) => quotes !== undefined && !deleted,
    ({ retweets, deleted }) => retweets !== undefined && !deleted,
    ({ retweets, deleted }) => retweets !== undefined && deleted,
    ({ hiddenReply }) => hiddenReply,
  ];
  return [...new Set(kinds.flatMap((kind) => theirs.find(kind) ?? []))];
}

/** Everybody is public, nobody minds anybody. Some timelines are there from the beginning, others are made when read. */
async function begin(stage: Stage, { nell, pub, gone, pro }: Authors, viewers: Viewers): Promise<void> {
  const { stranger, approved, requester, ...friends } = viewers;
  for (const viewer of [approved, requester, ...Object.values(friends)]) await stage.follows(viewer, nell);
  for (const viewer of Object.values(friends)) await stage.follows(viewer, pub, gone, pro);
  await stage.follows(approved, pub, gone);
  await stage.follows(nell, pub, pro);
  await stage.follows(pub, nell, viewers.follower, viewers.blocked);
  await stage.follows(pro, nell, pub, stranger);
  await stage.world.drain();
  const early = [viewers.follower, viewers.blocked, viewers.blocker, viewers.muter, viewers.wordy, pub, requester];
  for (const viewer of early) await stage.person(viewer).home();
}

async function writeAlone(stage: Stage, author: Account, mentions: readonly Account[]): Promise<Own> {
  const plain = await stage.posts(author, "plain");
  await stage.replies(author, await stage.replies(author, plain));
  await stage.posts(author, "mention", { mentions });
  return {
    author,
    plain,
    second: await stage.posts(author, "second"),
    aubergine: await stage.posts(author, MUTED_WORD),
    doomed: await stage.posts(author, "doomed"),
  };
}

/** Each answers, quotes and retweets each other's tweets. Gone chooses others, so that what the others did can be counted. */
async function talk(stage: Stage, { nell, pub, gone, pro }: Authors, owns: readonly Own[]): Promise<void> {
  for (const author of [nell, pub, gone, pro]) {
    for (const own of owns.filter((one) => one.author !== author)) {
      const target = author === gone ? own.second : own.plain;
      const answer = await stage.replies(author, target);
      const quote = await stage.quotes(author, target);
      await stage.retweets(author, target);
      if (author !== nell) {
        await stage.replies(nell, answer);
        await stage.quotes(nell, quote);
      }
      if (own.author === nell) await stage.retweets(pro, answer.author === pro ? own.second : answer);
    }
  }
  for (const own of owns) {
    const other = own.author === nell ? pub : nell;
    await stage.replies(other, own.doomed);
    await stage.quotes(other, own.doomed);
    await stage.retweets(other, own.doomed);
    await stage.posts(other, "mention", { mentions: [own.author], quotes: own.second });
  }
}

/** Those who look say something, too: authors who block them should not see it. */
async function joinIn(stage: Stage, viewer: Account, owns: readonly Own[]): Promise<void> {
  for (const { author, plain } of owns) {
    if (author.label === "gone") continue;
    await stage.replies(viewer, plain);
    await stage.retweets(viewer, plain);
  }
  const mentions = owns.map(({ author }) => author);
  await stage.posts(viewer, "mention", { mentions });
}

async function engage(stage: Stage, all: readonly Account[], owns: readonly Own[]): Promise<void> {
  for (const account of all) {
    const folder: Folder = await stage.makesFolder(account);
    const isGone = account.label === "gone";
    const liked = owns.flatMap((own) => (isGone ? [own.second] : [own.plain, own.doomed]));
    await stage.likes(account, ...liked);
    const kept = owns.flatMap((own) => (isGone ? [own.second] : [own.plain, own.aubergine, own.doomed]));
    await stage.bookmarks(account, folder, ...kept);
  }
}

async function makeLists(stage: Stage, { nell, pub, gone, pro }: Authors, viewers: Viewers): Promise<Lists> {
  const lists: Lists = {
    open: await stage.makesList(nell, "open list", [nell, pub, gone, pro, viewers.follower, viewers.blocked]),
    pubs: await stage.makesList(pub, "list", [nell, pub, pro, viewers.blocker]),
    pros: await stage.makesList(pro, "list", [nell, pub, gone, viewers.stranger]),
    gones: await stage.makesList(gone, "list", [nell, pub]),
    closing: await stage.makesList(pub, "closing list", [nell, pro, viewers.blocked]),
    doomed: await stage.makesList(nell, "doomed list", [pub, viewers.follower]),
  };
  await stage.makesList(nell, "private list", [pub, pro, viewers.stranger], true);
  await stage.makesList(pro, "private list", [nell, pub, pro], true);
  const { open, ...rest } = lists;
  for (const account of [...Object.values(viewers), nell, pub, pro]) {
    await stage.followsList(account, open, ...Object.values(rest));
    await stage.pins(account, ...Object.values(rest));
  }
  return lists;
}

/** Pro closes, some are blocked, some muted. */
async function fallOut(stage: Stage, { pub, gone, pro }: Authors, viewers: Viewers): Promise<void> {
  const others = [pub, gone, pro];
  await stage.protects(pro);
  await stage.world.drain();
  await stage.follows(viewers.approved, pro);
  await stage.follows(viewers.requester, pro);
  await stage.unfollows(viewers.former, ...others);
  for (const author of others) {
    await stage.blocks(author, viewers.blocked);
    await stage.blocks(author, viewers.unblocked);
    await stage.blocks(viewers.blocker, author);
  }
  await stage.world.drain();
  await stage.approves(pro, viewers.approved);
  for (const author of others) await stage.unblocks(author, viewers.unblocked);
  await stage.mutes(viewers.muter, ...others);
  await stage.mutesFor(viewers.lapsed, 600, ...others);
  await stage.mutesWord(viewers.wordy, MUTED_WORD);
  await stage.world.drain();
}

/** What comes after: Pro is protected. */
async function writeOn(stage: Stage, authors: Authors, viewers: Viewers, owns: readonly Own[]): Promise<Tweet> {
  const { pro, nell } = authors;
  const [nells] = owns;
  const later = await stage.posts(pro, "later");
  await stage.replies(viewers.approved, later);
  await stage.likes(viewers.follower, later);
  await stage.replies(pro, later);
  if (nells === undefined) return later;
  await stage.replies(pro, nells.second);
  await stage.quotes(pro, nells.second);
  await stage.retweets(pro, nells.aubergine);
  await stage.replies(nell, later);
  return later;
}

/** Tweets are deleted, retweets undone, replies hidden, a list becomes private and one goes. */
async function takeBack(stage: Stage, { nell, pub, pro }: Authors, owns: readonly Own[], lists: Lists): Promise<void> {
  for (const own of owns) await stage.deletes(own.doomed);
  const [nells] = owns;
  for (const author of [pub, pro]) {
    if (nells === undefined) continue;
    const answer = await stage.replies(author, nells.aubergine);
    const quote = await stage.quotes(author, nells.aubergine);
    const retweet = author === pub ? await stage.retweets(author, nells.aubergine) : undefined;
    await stage.replies(nell, answer);
    if (author === pub) await stage.quotes(nell, quote);
    await stage.world.drain();
    for (const tweet of [answer, quote, retweet]) if (tweet !== undefined) await stage.deletes(tweet);
  }
  const hidden = stage.facts.tweets.filter(
    ({ author, replyTo }) =>
      replyTo?.label === "plain by nell" && ["pub", "follower", "approved"].includes(author.label),
  );
  for (const reply of hidden) await stage.hidesReply(nell, reply);
  const rude = stage.facts.tweets.find(
    ({ author, replyTo }) => replyTo?.label === "plain by pub" && author.label === "stranger",
  );
  if (rude !== undefined) await stage.hidesReply(pub, rude);
  await stage.closesList(lists.closing);
  await stage.deletesList(lists.doomed);
}
