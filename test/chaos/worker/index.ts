/**
 * The Worker as the chaos campaign runs it: the product's own, unchanged, over bindings that fail when told to. It plays
 * several isolates: `x-chaos-isolate` says which one answers. Orders come on `/chaos/…`.
 */
import product, {
  AuthorFeed as ProductFeed,
  HomeTimeline as ProductTimeline,
  PullList as ProductList,
} from "../../../workers/index.ts";
import { answerBench } from "../../../bench/worker/routes.ts";
import { environmentOf, ISOLATES, noteSkew } from "./bindings.ts";
import { consume } from "./consume.ts";
import { answerChaos } from "./routes.ts";

/** Evicts an object in the middle: its memory is gone, and what it wrote since its last turn. */
const evict = (state: DurableObjectState): void => state.abort("Durable Object reset because it was evicted (chaos)");

/** Does the work of `method`, and evicts the object before anybody hears of it. */
async function doomed(object: object, state: DurableObjectState, method: string, args: unknown[]): Promise<void> {
  const work = Reflect.get(object, method) as (...given: unknown[]) => unknown;
  await work.apply(object, args);
  evict(state);
}

export class HomeTimeline extends ProductTimeline {
  chaosEvict(): void {
    evict(this.ctx);
  }
  chaosDoomed(method: string, args: unknown[]): Promise<void> {
    return doomed(this, this.ctx, method, args);
  }
}

export class AuthorFeed extends ProductFeed {
  constructor(state: DurableObjectState, env: Env) {
    super(state, environmentOf(env, 0));
  }
  chaosEvict(): void {
    evict(this.ctx);
  }
  chaosDoomed(method: string, args: unknown[]): Promise<void> {
    return doomed(this, this.ctx, method, args);
  }
}

export class PullList extends ProductList {
  constructor(state: DurableObjectState, env: Env) {
    super(state, environmentOf(env, 0));
  }
  chaosEvict(): void {
    evict(this.ctx);
  }
  chaosDoomed(method: string, args: unknown[]): Promise<void> {
    return doomed(this, this.ctx, method, args);
  }
}

let sweeps = 0;

export default {
  fetch: (request, env, execution) => {
    if (request.url.includes("/chaos/")) return answerChaos(request, env, execution);
    // The benchmark's way to plant a world at once.
    if (request.url.includes("/bench/")) return answerBench(request, env, execution);
    const isolate = Number(request.headers.get("x-chaos-isolate") ?? 0);
    noteSkew(isolate % ISOLATES);
    return product.fetch(request, environmentOf(env, isolate), execution);
  },
  queue: (batch, env, execution) => consume(batch, env, execution),
  scheduled: (controller, env, execution) => {
    sweeps += 1;
    return product.scheduled(controller, environmentOf(env, sweeps), execution);
  },
} satisfies ExportedHandler<Env>;
