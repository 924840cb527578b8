import type { LiveMessage } from "../../workers/lib/live-message.ts";
import type { Person } from "./person.ts";

/** How a page asks for its socket: as a browser does, with the token among the subprotocols. */
export const handshake = (token: string): Record<string, string> => ({
  upgrade: "websocket",
  "sec-websocket-protocol": `dunlin.live.v1, bearer.${token}`,
});

/** A request for somebody's live socket; the answer as it comes. */
export const asksForLive = (
  person: Person,
  headers: Readonly<Record<string, string>>,
  path = `/2/users/${person.id}/live`,
): Promise<Response> => person.isolate.fetch(path, { headers });

/** An open page's end of the socket. */
export class Listener {
  readonly socket: WebSocket;
  #messages: LiveMessage[] = [];
  #pongs: (() => void)[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (data === "pong") this.#pongs.shift()?.();
      else this.#messages.push(JSON.parse(String(data)) as LiveMessage);
    });
    this.closed = new Promise((done) => {
      socket.addEventListener("close", ({ code, reason }) => done({ code, reason }));
    });
    socket.accept();
  }

  /** What came since this was asked last. Messages come in order: with the answer to a ping, all before it are here. */
  async heard(): Promise<readonly LiveMessage[]> {
    await this.pings();
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  async pings(): Promise<void> {
    const pong = new Promise<void>((done) => this.#pongs.push(done));
    this.socket.send("ping");
    const end = await Promise.race([pong, this.closed]);
    if (end !== undefined) throw new Error(`the socket was closed: ${end.code} ${end.reason}`);
  }
}

/** Opens a page that listens. Throws where the answer is no socket. */
export async function listens(person: Person): Promise<Listener> {
  const answer = await asksForLive(person, handshake(person.token));
  if (answer.webSocket === null) throw new Error(`no socket: ${answer.status} ${await answer.text()}`);
  return new Listener(answer.webSocket);
}

export const tweets = (...ids: string[]): LiveMessage => ({ type: "tweets", ids });
export const gone = (...ids: string[]): LiveMessage => ({ type: "gone", ids });
export const CHANGED: LiveMessage = { type: "changed" };
