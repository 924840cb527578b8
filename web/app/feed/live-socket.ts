import { accessToken, setViewer } from "../api/tokens.ts";
import type { LiveMessage } from "../api/types.ts";

interface Hearing {
  /** A connection stands, at first or again: something may have come while none did. */
  readonly opened: () => void;
  readonly heard: (message: LiveMessage) => void;
}

const FIRST_DELAY_MS = 1000;
const DELAY_MAX_MS = 60_000;
/** What stands between may drop a silent connection after some 100 seconds. The answer costs the server nothing. */
const PING_MS = 45_000;
const PONG_MS = 10_000;
/** Why the server closed: docs/decisions/018-live-updates.md. */
const TOKEN_EXPIRED = 4401;
const ACCOUNT_GONE = 4410;
const TOO_MANY = 4429;

/** The connection to the reader's timeline. It comes back by itself, later each time it fails. */
export class LiveSocket {
  readonly #hearing: Hearing;
  #userId: string | null = null;
  #socket: WebSocket | null = null;
  #delay = FIRST_DELAY_MS;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setTimeout> | undefined;

  constructor(hearing: Hearing) {
    this.#hearing = hearing;
    const comeBack = () => {
      this.#delay = FIRST_DELAY_MS;
      if (this.#socket === null && this.#userId !== null) void this.#connect();
    };
    addEventListener("online", comeBack);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") comeBack();
    });
  }

  open(userId: string): void {
    this.close();
    this.#userId = userId;
    this.#delay = FIRST_DELAY_MS;
    void this.#connect();
  }

  close(): void {
    this.#userId = null;
    clearTimeout(this.#retry);
    clearTimeout(this.#ping);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retry);
    const userId = this.#userId;
    const token = await accessToken().catch(() => null);
    if (userId === null || userId !== this.#userId) return;
    if (token === null) return this.#again();
    const address = new URL(`/2/users/${userId}/live`, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    // A token in the address would stand in logs.
    const socket = new WebSocket(address, ["dunlin.live.v1", `bearer.${token}`]);
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#beat(socket);
      this.#hearing.opened();
    });
    socket.addEventListener("message", ({ data }) => {
      this.#delay = FIRST_DELAY_MS;
      this.#beat(socket);
      const message = messageOf(data);
      if (message !== null) this.#hearing.heard(message);
    });
    socket.addEventListener("close", ({ code }) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      if (code === ACCOUNT_GONE) return setViewer(null);
      // Pages opened since took this one's place: it comes back when somebody looks at it again.
      if (code === TOO_MANY) return;
      // Closed in place of a message, for the token had ended by then: no fault to wait out.
      if (code === TOKEN_EXPIRED) void this.#connect();
      else this.#again();
    });
  }

  #again(): void {
    clearTimeout(this.#ping);
    if (this.#userId === null) return;
    // Spread out: after a deploy everybody comes back at once.
    const wait = this.#delay * (0.5 + Math.random());
    this.#delay = Math.min(this.#delay * 2, DELAY_MAX_MS);
    this.#retry = setTimeout(() => void this.#connect(), wait);
  }

  #beat(socket: WebSocket): void {
    clearTimeout(this.#ping);
    this.#ping = setTimeout(() => {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send("ping");
      this.#ping = setTimeout(() => socket.close(), PONG_MS);
    }, PING_MS);
  }
}

function messageOf(data: unknown): LiveMessage | null {
  if (typeof data !== "string" || !data.startsWith("{")) return null;
  const message = JSON.parse(data) as LiveMessage;
  return message.type === "changed" || Array.isArray(message.ids) ? message : null;
}
