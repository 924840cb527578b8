import type { LiveMessage } from "../workers/lib/live-message.ts";

/** Close codes beside the protocol's own; docs/decisions/018-live-updates.md says what a client does. */
const TOKEN_EXPIRED = 4401;
const ACCOUNT_GONE = 4410;
const TOO_MANY = 4429;
const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;

/** What stands with each socket while the object sleeps. */
interface Attachment {
  /** Higher for a later one. */
  readonly order: number;
  /** Unix milliseconds: when the token that opened it ends. */
  readonly until: number;
}

/**
 * The sockets of one timeline's owner. They stay open while the object sleeps or is evicted, and cost nothing then: pings
 * are answered by the runtime, nothing is stored, no timer runs.
 */
export class LiveSockets {
  readonly #state: DurableObjectState;
  readonly #max: number;

  constructor(state: DurableObjectState, max: number) {
    this.#state = state;
    this.#max = max;
  }

  get anyOpen(): boolean {
    return this.#open().length > 0;
  }

  /**
   * Opens one more; the oldest beyond the most there may be are closed.
   * @param until Unix milliseconds: the end of the token that opens it.
   * @returns the client's end.
   */
  accept(until: number): WebSocket {
    const { 0: client, 1: server } = new WebSocketPair();
    this.#state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    const open = this.#open();
    const tooMany = open.slice(0, Math.max(0, open.length + 1 - this.#max));
    for (const { socket } of tooMany) socket.close(TOO_MANY, "You have opened too many others since.");
    this.#state.acceptWebSocket(server);
    const order = (open.at(-1)?.attachment.order ?? 0) + 1;
    server.serializeAttachment({ order, until } satisfies Attachment);
    return client;
  }

  /** Sends `messages` to all whose token is still good at `now` (Unix milliseconds); the others are closed instead. */
  tell(messages: readonly LiveMessage[], now: number): void {
    if (messages.length === 0) return;
    const texts = messages.map((message) => JSON.stringify(message));
    for (const { socket, attachment } of this.#open()) {
      if (attachment.until > now) for (const text of texts) socket.send(text);
      else socket.close(TOKEN_EXPIRED, "The access token has expired: come back with a new one.");
    }
  }

  /** Closes a socket whose client sent anything but "ping". */
  refuse(socket: WebSocket, message: string | ArrayBuffer): void {
    const code = typeof message === "string" ? POLICY_VIOLATION : UNSUPPORTED_DATA;
    socket.close(code, 'Nothing is taken here but "ping".');
  }

  /** Closes all: the owner's account is gone. */
  closeAll(): void {
    for (const { socket } of this.#open()) socket.close(ACCOUNT_GONE, "The account is gone.");
  }

  /** In the order they were opened. */
  #open(): { socket: WebSocket; attachment: Attachment }[] {
    const open = this.#state.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN);
    return open
      .map((socket) => ({ socket, attachment: socket.deserializeAttachment() as Attachment }))
      .sort((a, b) => a.attachment.order - b.attachment.order);
  }
}
