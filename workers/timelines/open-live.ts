import { liveUrl, SEEN_AT_HEADER } from "../../durable-objects/live-opening.ts";
import type { Ctx } from "../lib/context.ts";
import { DomainError } from "../lib/errors.ts";
import { asksForSocket, LIVE_PROTOCOL, protocolsOffered } from "../lib/live-protocol.ts";
import type { Viewer } from "../lib/route.ts";
import { visitHome } from "./home-skeleton.ts";
import { isVisitDue } from "./return-to-timeline.ts";

/**
 * Opens a socket on the actor's home timeline. It counts as a visit, as a read of home does: one that is due is made before
 * the answer, so that whoever listens without reading is pushed to all the same.
 * @param headers the request's.
 * @returns the answer with the socket, status 101. Throws `invalid_request` for what is no opening handshake, `unavailable`
 * where the timeline does not answer.
 */
export async function openLive(ctx: Ctx, actor: Viewer, headers: Headers): Promise<Response> {
  const offered = protocolsOffered(headers);
  if (!asksForSocket(headers)) {
    throw new DomainError("invalid_request", "This opens a WebSocket: send the headers of its opening handshake.");
  }
  if (offered.length > 0 && !offered.includes(LIVE_PROTOCOL)) {
    throw new DomainError("invalid_request", `Of the subprotocols, only ${LIVE_PROTOCOL} is spoken here.`);
  }
  const { webSocket, seenAt } = await connect(ctx, actor);
  if (isVisitDue(ctx, seenAt)) {
    // Home itself is there to say what does not answer.
    await visitHome(ctx, actor.userId).catch((error: unknown) => ctx.log.warn("visit not made", { error }));
  }
  // Of what was offered a client wants one back, and refuses any other: never the one that is a token.
  const spoken: HeadersInit = offered.length === 0 ? {} : { "sec-websocket-protocol": LIVE_PROTOCOL };
  return new Response(null, { status: 101, webSocket, headers: spoken });
}

/** The client's end of the socket, and the visit that the timeline knows of; 0 where it is cold. */
async function connect(ctx: Ctx, actor: Viewer): Promise<{ webSocket: WebSocket; seenAt: number }> {
  const until = actor.tokenExpiresAt ?? ctx.clock.now();
  return ctx.dependencies.guard("timeline", async () => {
    const request = new Request(liveUrl(until), { headers: { upgrade: "websocket" } });
    const { webSocket, headers } = await ctx.homeTimeline(actor.userId).fetch(request);
    if (webSocket === null) throw new Error("the timeline opened no socket");
    return { webSocket, seenAt: Number(headers.get(SEEN_AT_HEADER) ?? 0) };
  });
}
