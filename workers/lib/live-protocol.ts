/** How a page opens its live socket: what it offers as subprotocols, its access token among them. */

/** The one subprotocol that is spoken, and answered. */
export const LIVE_PROTOCOL = "dunlin.live.v1";
const TOKEN_PREFIX = "bearer.";

export const asksForSocket = (headers: Headers): boolean => headers.get("upgrade")?.toLowerCase() === "websocket";

/** The subprotocols that a client offers; none where it names none. */
export function protocolsOffered(headers: Headers): string[] {
  const offered = headers.get("sec-websocket-protocol");
  return offered === null ? [] : offered.split(",").map((name) => name.trim());
}

/**
 * The request's Authorization header. A browser cannot set it on a WebSocket, and a token must not stand in an address,
 * which is logged: there it comes as the subprotocol `bearer.<token>`.
 */
export function authorizationOf(headers: Headers): string | undefined {
  const sent = headers.get("authorization");
  if (sent !== null || !asksForSocket(headers)) return sent ?? undefined;
  const token = protocolsOffered(headers).find((name) => name.startsWith(TOKEN_PREFIX));
  return token === undefined ? undefined : `Bearer ${token.slice(TOKEN_PREFIX.length)}`;
}
