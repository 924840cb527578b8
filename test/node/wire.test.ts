import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLocalRuntime, type LocalRuntime } from "../../scripts/local-runtime.ts";

/** What only shows on a real connection: bytes, framing, and headers that no client library would send. */
let runtime: LocalRuntime;
let token: string;
let userId: string;
beforeAll(async () => {
  runtime = await startLocalRuntime({ vars: { PASSWORD_SCRYPT_N: "16", RATE_LIMIT_SCALE: "0" } });
  const body = JSON.stringify({ username: "on_the_wire", password: "correct horse" });
  const answer = await send("POST", "/2/auth/register", { headers: { "content-type": "application/json" }, body });
  const { data } = JSON.parse(answer.text) as { data: { access_token: string; user: { id: string } } };
  token = data.access_token;
  userId = data.user.id;
});
afterAll(() => runtime?.stop());

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly bytes: Buffer;
  readonly text: string;
}
interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request by node:http, which neither decodes answers nor asks for gzip by itself. */
async function send(method: string, path: string, { headers = {}, body = "" }: Sent = {}): Promise<Answer> {
  const asked = request(`${runtime.url}${path}`, { method, headers, agent: false });
  const answered = once(asked, "response") as Promise<[IncomingMessage]>;
  asked.end(body);
  const [response] = await answered;
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  const text =
    response.headers["content-encoding"] === "gzip" && bytes.length > 0
      ? gunzipSync(bytes).toString()
      : bytes.toString();
  return { status: response.statusCode ?? 0, headers: response.headers, bytes, text };
}

const signedIn = (headers: Record<string, string> = {}) => ({ authorization: `Bearer ${token}`, ...headers });

test("who takes gzip gets gzip bytes, who does not gets plain ones, and both read the same", async () => {
  for (const path of ["/openapi.json", `/2/users/${userId}`, "/2/users/1"]) {
    const plain = await send("GET", path);
    const packed = await send("GET", path, { headers: { "accept-encoding": "gzip, deflate, br" } });
    expect(plain.headers["content-encoding"], path).toBeUndefined();
    expect(packed.headers["content-encoding"], path).toBe("gzip");
    expect([...packed.bytes.subarray(0, 2)], path).toEqual([0x1f, 0x8b]);
    expect(packed.text).toBe(plain.text);
    expect(JSON.parse(plain.text)).toBeTypeOf("object");
    expect([plain.headers.vary, packed.headers.vary]).toEqual(["accept-encoding", "accept-encoding"]);
  }
  const document = await send("GET", "/openapi.json", { headers: { "accept-encoding": "gzip" } });
  expect(document.bytes.length).toBeLessThan(document.text.length / 4);
  const refused = await send("GET", "/openapi.json", { headers: { "accept-encoding": "gzip;q=0, identity" } });
  expect(refused.headers["content-encoding"]).toBeUndefined();
});

test("a short spelling is compressed once", async () => {
  const answer = await send("GET", "/api/v2/timelines/home", { headers: signedIn({ "accept-encoding": "gzip" }) });
  expect([answer.status, answer.headers["content-encoding"]]).toEqual([200, "gzip"]);
  expect(JSON.parse(answer.text)).toMatchObject({ meta: { result_count: 0 } });
});

test.each(["/2/tweets", "/2/auth/login", "/api/v2/users/1/follow"])(
  "10 MB to %s is 413 before it is sent, with a length or in chunks",
  async (path) => {
    const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
    expect(await raw(`${head}Content-Length: 10485760\r\n\r\n{"text":"`)).toMatch(/^HTTP\/1\.1 413 /);
    const chunk = `${(40_000).toString(16)}\r\n${" ".repeat(40_000)}\r\n`;
    expect(await raw(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`)).toMatch(/^HTTP\/1\.1 413 /);
  },
);

test("HEAD has the headers of GET and no body, compressed or not", async () => {
  for (const encoding of ["identity", "gzip"]) {
    for (const path of ["/openapi.json", `/2/users/${userId}`, "/2/users/1"]) {
      const headers = { "accept-encoding": encoding };
      const [head, get] = [await send("HEAD", path, { headers }), await send("GET", path, { headers })];
      expect(head.bytes.length, path).toBe(0);
      expect(head.status, path).toBe(get.status);
      expect(head.headers["content-type"]).toBe(get.headers["content-type"]);
    }
  }
});

test("a URL of any length gets a reason or is cut off by the runtime, and never fails the server", async () => {
  for (const length of [1_000, 8_000, 60_000]) {
    for (const path of [
      `/2/tweets/${"1".repeat(length)}`,
      `/2/tweets?ids=${"1,".repeat(length / 2)}`,
      `/${"x".repeat(length)}`,
    ]) {
      const answer = await send("GET", path).catch(() => null);
      if (answer !== null)
        expect([400, 404, 414, 431], `${length} ${answer.text.slice(0, 100)}`).toContain(answer.status);
    }
  }
  expect((await send("GET", "/healthz")).status).toBe(200);
});

/** Sends bytes as they are and answers the first line of what comes back; "" where the connection just ends. */
async function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(runtime.url);
  const socket = connect(Number(port), hostname);
  let answer = "";
  socket.setTimeout(3_000, () => socket.destroy());
  socket.on("data", (part) => {
    answer += part.toString("latin1");
    if (answer.includes("\r\n\r\n")) socket.destroy();
  });
  socket.on("error", () => undefined);
  socket.write(Buffer.from(text, "latin1"));
  await once(socket, "close");
  return answer.slice(0, answer.indexOf("\r\n") + 1).trim();
}

test("broken HTTP is refused without harm", async () => {
  const post = `POST /2/tweets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
  const broken = [
    "GET /2/tweets/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /2/tweets/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /2/tweets?ids=%ff&%=% HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /2/tweets/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /2/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
    `GET /2/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${"a".repeat(7_000)}\r\n\r\n`,
    "GET http://elsewhere.example/2/users/me HTTP/1.1\r\nHost: x\r\n\r\n",
    "NONSENSE\r\n\r\n",
    "BREW /2/tweets HTTP/1.1\r\nHost: x\r\n\r\n",
    `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${post}Content-Length: -1\r\n\r\n`,
    `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    `${post}Content-Length: 15\r\n\r\n{"text":"\xff\xfe\xfd"}\r\n`,
  ];
  for (const text of broken)
    expect(await raw(text), text.slice(0, 80)).toMatch(/^$|^HTTP\/1\.1 4\d\d |^HTTP\/1\.1 501 /);
  // A body shorter than it says never becomes a tweet.
  await raw(`${post}Content-Length: 500\r\n\r\n{"text":"half a tweet"}`);
  const mine = await send("GET", `/2/users/${userId}/tweets`);
  expect(JSON.parse(mine.text)).toEqual({ meta: { result_count: 0 } });
  expect((await send("GET", "/healthz")).status).toBe(200);
});
