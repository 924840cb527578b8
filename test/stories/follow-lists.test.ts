import { beforeAll, describe, expect, test } from "vitest";
import { plantFollows, plantUsers, shardIndexOf, type Planted } from "../support/planting.ts";
import { newWorld, type Person, type World } from "../support/world.ts";

interface UserPage {
  readonly data?: readonly { readonly id: string; readonly username: string }[];
  readonly meta: { readonly result_count: number; readonly next_token?: string };
}

const EDGES = 320;
let world: World;
let hub: Person;
let crowd: Planted[];

beforeAll(async () => {
  world = await newWorld();
  hub = await world.register("hub");
  crowd = await plantUsers(world, EDGES);
  await plantFollows(world, crowd, [hub]);
  await plantFollows(world, [hub], crowd);
});

async function walk(path: string, pageSize: number): Promise<string[]> {
  const ids: string[] = [];
  let token = "";
  do {
    const page = await hub.asks<UserPage>(`${path}?max_results=${pageSize}${token}`);
    expect(page.meta.result_count).toBe(page.data?.length ?? 0);
    ids.push(...(page.data ?? []).map((user) => user.id));
    if (page.meta.next_token !== undefined) expect(page.data).toHaveLength(pageSize);
    token = page.meta.next_token === undefined ? "" : `&pagination_token=${page.meta.next_token}`;
  } while (token !== "");
  return ids;
}

describe.each(["followers", "following"])("%s", (list) => {
  test.each([1000, 320, 100, 64, 7])(
    "come in pages of %i with no gap and no repeat, whatever database they live in",
    async (size) => {
      const ids = await walk(`/2/users/${hub.id}/${list}`, size);
      expect(new Set(ids).size).toBe(ids.length);
      expect([...ids].sort()).toEqual(crowd.map((user) => user.id).sort());
      const databases = new Set(ids.map((id) => shardIndexOf(world, id)));
      expect(databases.size, "the crowd lives in every database").toBe(world.isolate.runtime.shards.count);
    },
  );

  test("of somebody with none have no data, only a count of 0", async () => {
    const lonely = await world.register("lonely");
    expect(await lonely.asks(`/2/users/${lonely.id}/${list}`)).toEqual({ meta: { result_count: 0 } });
  });

  test("of nobody are a 404", async () => {
    expect((await hub.fetch(`/2/users/12345/${list}`)).status).toBe(404);
  });

  test("keep their place for a client that pages while others follow and unfollow", async () => {
    const [quitter, ...stayed] = await plantUsers(world, 40);
    const star = await world.register("star");
    if (quitter === undefined) throw new Error("nobody was planted");
    await (list === "followers"
      ? plantFollows(world, [quitter, ...stayed], [star])
      : plantFollows(world, [star], [quitter, ...stayed]));
    const first = await star.asks<UserPage>(`/2/users/${star.id}/${list}?max_results=10`);
    const joiner = await world.register("joiner");
    await (list === "followers" ? joiner.follows(star) : star.follows(joiner));
    await world.drain();
    const rest = await star.asks<UserPage>(
      `/2/users/${star.id}/${list}?max_results=100&pagination_token=${first.meta.next_token}`,
    );
    const seen = [...(first.data ?? []), ...(rest.data ?? [])].map((user) => user.id);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(stayed.map((user) => user.id)));
  });
});

describe("a token", () => {
  const tokenOf = async (path: string) => (await hub.asks<UserPage>(`${path}?max_results=5`)).meta.next_token ?? "none";
  const status = async (path: string, token: string) =>
    (await hub.fetch(`${path}?pagination_token=${encodeURIComponent(token)}`)).status;

  test("of another list, of another user's list or of a timeline is a 400, and so is a made-up or altered one", async () => {
    const followers = `/2/users/${hub.id}/followers`;
    const following = `/2/users/${hub.id}/following`;
    const token = await tokenOf(followers);
    expect(await status(followers, token)).toBe(200);
    expect(await status(following, token)).toBe(400);
    expect(await status(followers, await tokenOf(following))).toBe(400);
    const [someone] = crowd;
    expect(await status(`/2/users/${someone?.id}/followers`, token)).toBe(400);
    for (const timeline of ["timelines/reverse_chronological", "tweets", "mentions"]) {
      expect(await status(`/2/users/${hub.id}/${timeline}`, token)).toBe(400);
    }
    const [body = "", signature = ""] = token.split(".");
    const forged = btoa("0:1").replaceAll("=", "");
    for (const bad of [
      "",
      "x",
      ".",
      `${body}.`,
      `.${signature}`,
      `${body}.${signature}.`,
      `${forged}.${signature}`,
      `${body}x.${signature}`,
    ]) {
      expect(await status(followers, bad), bad).toBe(400);
    }
  });

  test("of one's home is a 400 in another list of tweets and for another user", async () => {
    for (let index = 0; index < 3; index += 1) await hub.posts(`number ${index}`);
    const path = `/2/users/${hub.id}/timelines/reverse_chronological`;
    const token = (await hub.home({ max_results: 1 })).meta.next_token ?? "none";
    expect(await status(path, token)).toBe(200);
    expect(await status(`/2/users/${hub.id}/tweets`, token)).toBe(400);
    const other = await world.register("other");
    const elsewhere = `/2/users/${other.id}/timelines/reverse_chronological?pagination_token=${token}`;
    expect((await other.fetch(elsewhere)).status).toBe(400);
    expect((await hub.fetch(elsewhere)).status, "another's home").toBe(403);
  });
});
