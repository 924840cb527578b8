/** A CPU profile of the Worker's isolate, over the runtime's inspector (Chrome DevTools protocol). */
import { createServer } from "node:net";

/** As the protocol has it, and as `.cpuprofile` files hold it; times in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  readonly endTime: number;
  /** Ids of the nodes that were running, one a sample. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly children?: readonly number[];
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    /** Both 0-based; -1 where there is no source. */
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
}

/** The Worker, as scripts/local-runtime-server.ts names it; databases and queues have isolates of their own. */
const ISOLATE = "core:user:dunlin";
const SAMPLE_MICROSECONDS = 200;

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => done(port));
    });
  });
}

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Commands to the isolate behind `socket`, answered in any order. */
function commander(socket: WebSocket) {
  const waiting = new Map<number, { done: (value: unknown) => void; failed: (error: Error) => void }>();
  let sent = 0;
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Reply;
    const who = waiting.get(id ?? 0);
    waiting.delete(id ?? 0);
    if (error === undefined) who?.done(result);
    else who?.failed(new Error(`the inspector says: ${error.message}`));
  });
  socket.addEventListener("close", () => {
    for (const who of waiting.values()) who.failed(new Error("the inspector went away"));
  });
  return (method: string, params: object = {}): Promise<unknown> =>
    new Promise((done, failed) => {
      sent += 1;
      waiting.set(sent, { done, failed });
      socket.send(JSON.stringify({ id: sent, method, params }));
    });
}

/** Runs `work` and says where the isolate's time went meanwhile. */
export async function profileOf(port: number, work: () => Promise<void>): Promise<CpuProfile> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${ISOLATE}`);
  await new Promise<void>((done, failed) => {
    socket.addEventListener("open", () => done());
    socket.addEventListener("error", () => failed(new Error(`no inspector answers on port ${port}`)));
  });
  const command = commander(socket);
  try {
    await command("Profiler.enable");
    await command("Profiler.setSamplingInterval", { interval: SAMPLE_MICROSECONDS });
    await command("Profiler.start");
    await work();
    const { profile } = (await command("Profiler.stop")) as { profile: CpuProfile };
    return profile;
  } finally {
    socket.close();
  }
}
