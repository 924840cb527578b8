/**
 * One keep-alive HTTP/1.1 connection, one request at a time. Node's own client costs several times as much CPU a request
 * as this, and on a small machine the client must not be what is measured.
 */
import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** The server closes a connection that was idle for 5 s. */
const IDLE_MS = 3_000;
const HEAD_END = Buffer.from("\r\n\r\n");
const LINE_END = Buffer.from("\r\n");
const NOTHING = Buffer.alloc(0);

export class HttpConnection {
  readonly #socket: Socket;
  #received: Buffer = NOTHING;
  #usedAt = performance.now();
  #closed = false;
  #waiting: { done: (answer: Answer) => void; failed: (error: Error) => void } | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => {
      this.#closed = true;
      this.#fail(new Error("the connection was closed"));
    });
  }

  static open(origin: string): Promise<HttpConnection> {
    const { hostname, port } = new URL(origin);
    return new Promise((done, failed) => {
      const socket = connect({ host: hostname, port: Number(port) }, () => done(new HttpConnection(socket)));
      socket.once("error", failed);
    });
  }

  /** Sends `request`, a whole HTTP message, and waits for its answer. */
  send(request: string | Buffer): Promise<Answer> {
    if (this.#waiting !== null) throw new Error("one request at a time");
    if (this.#closed) return Promise.reject(new Error("the connection was closed"));
    this.#usedAt = performance.now();
    return new Promise((done, failed) => {
      this.#waiting = { done, failed };
      this.#socket.write(request);
    });
  }

  /** True where the server may have closed it, or is about to: it does so with those that were idle for some seconds. */
  get isStale(): boolean {
    return this.#closed || performance.now() - this.#usedAt > IDLE_MS;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const answer = parse(this.#received);
    if (answer === null) return;
    const waiting = this.#waiting;
    this.#received = NOTHING;
    this.#waiting = null;
    waiting?.done(answer);
  }

  #fail(error: Error): void {
    this.#waiting?.failed(error);
    this.#waiting = null;
  }
}

/** The answer in `bytes`, or null while it is not whole. */
function parse(bytes: Buffer): Answer | null {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return null;
  const head = bytes.toString("latin1", 0, headEnd);
  const status = Number(head.slice(9, 12));
  const bodyAt = headEnd + HEAD_END.length;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const end = bodyAt + Number(length);
    return bytes.length < end ? null : { status, body: bytes.subarray(bodyAt, end) };
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return { status, body: NOTHING };
  const body = dechunk(bytes, bodyAt);
  return body === null ? null : { status, body };
}

function dechunk(bytes: Buffer, from: number): Buffer | null {
  const parts: Buffer[] = [];
  for (let at = from; ;) {
    const lineEnd = bytes.indexOf(LINE_END, at);
    if (lineEnd === -1) return null;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    const start = lineEnd + LINE_END.length;
    if (bytes.length < start + size + LINE_END.length) return null;
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(start, start + size));
    at = start + size + LINE_END.length;
  }
}

export interface Ask {
  readonly path: string;
  readonly token?: string;
  readonly method?: string;
  readonly json?: unknown;
}

/** `ask` as an HTTP message. */
export function messageOf(host: string, ask: Ask): Buffer {
  const body = ask.json === undefined ? "" : JSON.stringify(ask.json);
  const method = ask.method ?? (ask.json === undefined ? "GET" : "POST");
  const lines = [`${method} ${ask.path} HTTP/1.1`, `host: ${host}`, "accept: application/json"];
  if (ask.token !== undefined) lines.push(`authorization: Bearer ${ask.token}`);
  if (ask.json !== undefined) {
    lines.push("content-type: application/json", `content-length: ${Buffer.byteLength(body)}`);
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
