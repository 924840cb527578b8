/**
 * Dependencies of a read (a shard, a timeline object, KV) each get a deadline and a circuit breaker per isolate:
 * closed (calls pass), open (calls fail at once), half-open (one probe passes and decides).
 */
export class DependencyFailed extends Error {
  readonly dependency: string;
  constructor(dependency: string, cause: unknown) {
    super(`${dependency} did not answer`, { cause });
    this.name = "DependencyFailed";
    this.dependency = dependency;
  }
}

interface Breaker {
  failures: number;
  openUntilMs: number;
  probing: boolean;
}

export interface DependencySettings {
  readonly deadlineMs: number;
  readonly failuresToOpen: number;
  readonly openMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export interface Dependencies {
  /** Runs `call` under the deadline and the breaker called `name`; throws DependencyFailed, whatever went wrong. */
  guard<T>(name: string, call: () => Promise<T>): Promise<T>;
  /** False while the breaker called `name` lets nothing through. */
  isOpen(name: string): boolean;
}

/** Breakers remembered for the life of an isolate, by name. */
export function createDependencies(settings: DependencySettings): Dependencies {
  const breakers = new Map<string, Breaker>();
  const breakerOf = (name: string) => {
    let breaker = breakers.get(name);
    if (breaker === undefined) breakers.set(name, (breaker = { failures: 0, openUntilMs: 0, probing: false }));
    return breaker;
  };
  const isOpen = (breaker: Breaker) =>
    breaker.failures >= settings.failuresToOpen && (breaker.probing || settings.now() < breaker.openUntilMs);
  return {
    isOpen: (name) => {
      const breaker = breakers.get(name);
      return breaker !== undefined && isOpen(breaker);
    },
    async guard(name, call) {
      const breaker = breakerOf(name);
      if (isOpen(breaker)) throw new DependencyFailed(name, "circuit open");
      const halfOpen = breaker.failures >= settings.failuresToOpen;
      breaker.probing = halfOpen;
      try {
        const answer = await withDeadline(call(), settings.deadlineMs);
        // An answer asked for before the breaker opened does not close it: only the probe does.
        if (halfOpen || breaker.failures < settings.failuresToOpen) breaker.failures = 0;
        return answer;
      } catch (cause) {
        breaker.failures += 1;
        breaker.openUntilMs = settings.now() + settings.openMs;
        throw new DependencyFailed(name, cause);
      } finally {
        if (halfOpen) breaker.probing = false;
      }
    },
  };
}

/** `promise`, or a rejection after `ms` milliseconds. The work itself cannot be called back; its answer is dropped. */
export async function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
