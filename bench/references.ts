/** The frozen reference routes, as kinds of load and as single requests. */
import { HttpConnection, messageOf, type Ask } from "./http-connection.ts";
import { CONNECTIONS, kindOf } from "./home.ts";
import type { MainStage } from "./main-stage.ts";
import type { Report } from "./report.ts";
import { runRounds, type Kind } from "./rounds.ts";
import { BARE, EMPTY, scenarioOf, type Use } from "./scenario.ts";

export interface Asked extends Partial<Pick<Kind, "holds" | "count" | "before" | "after">> {
  readonly name: string;
  /** Name of prepared asks. */
  readonly asks: string;
  readonly uses: readonly Use[];
}

/**
 * Readers whose objects short rounds meet: so few that each is met every few seconds even on a busy machine, for the local
 * runtime closes an object after ten idle ones.
 */
export const metInTurn = ({ readers, scale }: MainStage): readonly number[] =>
  readers.slice(0, Math.min(MET_IN_TURN, scale.readers));

const MET_IN_TURN = 150;

/** Prepares the references over the objects of those who are asked in turn. */
export async function prepareReferences(stage: MainStage): Promise<void> {
  const { client, dataset } = stage;
  const ids = metInTurn(stage).map((index) => dataset.users[index]?.id ?? "");
  await client.prepare(
    "empty",
    ids.map((id): Ask => ({ path: `/bench/empty-object/${id}` })),
  );
  await client.prepare("bare", [{ path: "/bench/bare" }]);
}

/** Runs `asked` in turn with both references, and reports a scenario of each. */
export async function againstReferences(
  stage: MainStage,
  report: Report,
  part: string,
  asked: readonly Asked[],
  connections: number = CONNECTIONS,
): Promise<void> {
  const kinds = [
    kindOf(stage, "bare"),
    kindOf(stage, "empty"),
    ...asked.map((one) => ({ ...kindOf(stage, one.asks), ...one })),
  ];
  const { rounds, secondsEach } = stage.scale;
  const [bare, empty, ...measured] = await runRounds(stage.client, kinds, { rounds, secondsEach, connections });
  for (const [index, one] of measured.entries()) {
    report.scenario(scenarioOf(part, one, { [BARE]: bare, [EMPTY]: empty }, asked[index]?.uses ?? []));
  }
}

/** One request at a time, beside one of each reference. */
export class Probe {
  readonly #connection: HttpConnection;
  readonly #objects: readonly string[];
  #at = 0;

  private constructor(connection: HttpConnection, objects: readonly string[]) {
    this.#connection = connection;
    this.#objects = objects;
  }

  static async open({ runtime, dataset, readers }: MainStage): Promise<Probe> {
    const ids = readers.slice(0, 32).map((index) => dataset.users[index]?.id ?? "");
    return new Probe(await HttpConnection.open(runtime.url), ids);
  }

  async send(ask: Ask): Promise<{ ms: number; status: number; text: string }> {
    const sentAt = performance.now();
    const { status, body } = await this.#connection.send(messageOf("localhost", ask));
    return { ms: performance.now() - sentAt, status, text: body.toString() };
  }

  /** Milliseconds that a request of each reference takes now. */
  async references(): Promise<{ bare: number; empty: number }> {
    const bare = await this.send({ path: "/bench/bare" });
    this.#at = (this.#at + 1) % this.#objects.length;
    const empty = await this.send({ path: `/bench/empty-object/${this.#objects[this.#at] ?? ""}` });
    return { bare: bare.ms, empty: empty.ms };
  }

  close(): void {
    this.#connection.close();
  }
}
