import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";

/** A cable between a browser and the server, which can be cut: what runs through it breaks off, without a good-bye. */
export class Cable {
  readonly #server: Server;
  readonly #running = new Set<Socket>();
  #broken = false;
  #snip: string | null = null;

  /** @param url the server's. @returns a cable that is whole. */
  static async to(url: string): Promise<Cable> {
    const cable = new Cable(new URL(url));
    await new Promise<void>((resolve) => cable.#server.listen(0, "127.0.0.1", resolve));
    return cable;
  }

  private constructor({ hostname, port }: URL) {
    this.#server = createServer((near) => {
      if (this.#broken) return near.destroy();
      const far = connect(Number(port), hostname);
      this.#join(near, far);
      this.#join(far, near);
      near.pipe(far);
      far.on("data", (data: Buffer) => this.#bring(data, near));
      return undefined;
    });
  }

  /** Where it begins. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks all connections, and those to come until it is mended. */
  cut(): void {
    this.#broken = true;
    for (const socket of this.#running) socket.destroy();
  }

  /** Breaks the connection that brings the next answer beginning with `start`, between its head and its body. */
  snip(start: string): void {
    this.#snip = start;
  }

  mend(): void {
    this.#broken = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #bring(data: Buffer, near: Socket): void {
    const text = data.toString("latin1");
    if (this.#snip === null || !text.startsWith(this.#snip)) {
      near.write(data);
      return;
    }
    this.#snip = null;
    near.write(data.subarray(0, text.indexOf("\r\n\r\n") + 4));
    near.destroySoon();
  }

  #join(from: Socket, to: Socket): void {
    this.#running.add(from);
    from.on("error", () => to.destroy());
    from.on("close", () => {
      this.#running.delete(from);
      to.destroy();
    });
  }
}
