import { Agent } from "node:http";
import { Client, type ClientConfig, type RequestOptions } from "@xdevplatform/xdk";
import { TwitterApi, type ITwitterApiClientPlugin, type TwitterApiv2 } from "twitter-api-v2";
import { ApiClient } from "../../../scripts/api-client.ts";
import { sleep } from "../../../scripts/lib.ts";
import { startLocalRuntime, type LocalRuntime } from "../../../scripts/local-runtime.ts";
import { methodsOf, operationAt, OPERATIONS, type Library } from "./client-operations.ts";
import { checkAnswer } from "./client-shapes.ts";

/** Somebody with an account, and each library signed in for them. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly v2: TwitterApiv2;
  readonly xdk: Client;
}

/** What one library has done so far: only what was answered with success. */
interface Done {
  readonly methods: Set<string>;
  readonly routes: Set<string>;
}

/** A server of its own, and both libraries as their users have them, held against what they promise. */
export class ClientStage {
  readonly #runtime: LocalRuntime;
  #registered = 0;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #done: Readonly<Record<Library, Done>> = {
    "twitter-api-v2": { methods: new Set(), routes: new Set() },
    xdk: { methods: new Set(), routes: new Set() },
  };

  private constructor(runtime: LocalRuntime) {
    this.#runtime = runtime;
  }

  static async open(): Promise<ClientStage> {
    return new ClientStage(await startLocalRuntime({ vars: { PASSWORD_SCRYPT_N: "16", RATE_LIMIT_SCALE: "0" } }));
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    await this.#runtime.stop();
  }

  /** New accounts, in this order; their usernames begin with these names. */
  async register<const Names extends readonly string[]>(...names: Names): Promise<Record<Names[number], Person>> {
    const api = new ApiClient(this.#runtime.url);
    const people: [string, Person][] = [];
    for (const name of names) {
      this.#registered += 1;
      const account = await api.registerOrLogIn(`${name}_${this.#registered}`, "correct horse", name);
      people.push([name, { ...account, v2: this.twitterApi(account.token), xdk: this.xdk(account.token) }]);
    }
    return Object.fromEntries(people) as Record<Names[number], Person>;
  }

  /** twitter-api-v2 has no setting for another server: a plugin of its own puts this one's address in. */
  twitterApi(token: string): TwitterApiv2 {
    const plugin: ITwitterApiClientPlugin = {
      onBeforeRequestConfig: ({ params }) => {
        params.url = params.url.replace("https://api.x.com", this.#runtime.url);
      },
      onAfterRequest: ({ computedParams, params, response }) => {
        this.#note("twitter-api-v2", params.method, computedParams.url.pathname, false, response.data);
      },
    };
    const { v2 } = new TwitterApi(token, { plugins: [plugin], httpAgent: this.#agent });
    return this.#watched("twitter-api-v2", v2, "");
  }

  xdk(token: string): Client {
    const client = new WatchedXdk({ baseUrl: this.#runtime.url, bearerToken: token, accessToken: token }, (...sent) =>
      this.#note("xdk", ...sent),
    );
    for (const area of ["users", "posts", "lists"] as const) {
      Object.assign(client, { [area]: this.#watched("xdk", client[area], `${area}.`) });
    }
    return client;
  }

  #note(library: Library, method: string, path: string, postNames: boolean, answer: unknown): void {
    const called = `${method} ${path.replace(/^\/2/, "")}`;
    const operation = operationAt(called);
    if (operation === undefined) throw new Error(`${library} called ${called}, which no line of the table names`);
    try {
      checkAnswer(library, operation.answer, answer, postNames);
    } catch (error) {
      throw new Error(`${called} is not what ${library} promises`, { cause: error });
    }
    this.#done[library].routes.add(operation.route);
  }

  /** The same object, which notes the methods of it that settle well. */
  #watched<T extends object>(library: Library, target: T, prefix: string): T {
    const { methods } = this.#done[library];
    return new Proxy(target, {
      get(_, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return async (...args: unknown[]): Promise<unknown> => {
          const answer: unknown = await Reflect.apply(value, target, args);
          methods.add(`${prefix}${String(name)}`);
          return answer;
        };
      },
    });
  }

  /** Lines of the table that `library` has not been seen to do. */
  notDone(library: Library): string[] {
    const { methods, routes } = this.#done[library];
    const due = OPERATIONS.filter((one) => (one[library] ?? []).length > 0).map((one) => one.route);
    return [...methodsOf(library).filter((one) => !methods.has(one)), ...due.filter((one) => !routes.has(one))];
  }

  /** The operations in the server's own description, spelled as in the table. */
  async described(): Promise<string[]> {
    const { paths } = await new ApiClient(this.#runtime.url).call<{ paths: Record<string, object> }>("/openapi.json");
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`),
    );
  }
}

/** A request in post names is answered in post names. */
const speaksOfPosts = (query: URLSearchParams): boolean =>
  query.has("post.fields") || query.get("expansions")?.includes("post") === true;

type Note = (method: string, path: string, postNames: boolean, answer: unknown) => void;

/** The XDK's client with an ear on it: every operation of its areas goes through `request`. */
class WatchedXdk extends Client {
  readonly #note: Note;

  constructor(config: ClientConfig, note: Note) {
    super(config);
    this.#note = note;
  }

  override async request<T>(method: string, path: string, options?: RequestOptions): Promise<T> {
    const answer = await super.request<T>(method, path, options);
    const { pathname, searchParams } = new URL(path, this.baseUrl);
    this.#note(method, pathname, speaksOfPosts(searchParams), answer);
    return answer;
  }
}

const PATIENCE_MS = 15_000;
const BETWEEN_READS_MS = 50;

/** Reads until `holds` throws no more: what a queue brings takes a moment. A read that fails is not made again. */
export async function eventually<T>(read: () => Promise<T>, holds: (value: T) => void): Promise<T> {
  const late = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    try {
      holds(value);
      return value;
    } catch (error) {
      if (performance.now() > late) throw error;
    }
    await sleep(BETWEEN_READS_MS);
  }
}

export const idsOf = (items: readonly { readonly id?: string }[] = []): (string | undefined)[] =>
  items.map(({ id }) => id);

/** What `call` fails with; fails where it does not. */
export async function refusal(call: Promise<unknown>): Promise<unknown> {
  const failed = await call.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  if (failed === null) throw new Error("it was not refused");
  return failed.error;
}
