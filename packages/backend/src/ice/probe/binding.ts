import { classes, Message, methods } from "werift";
import { StrangerError, StunRefusal } from "./fault.ts";
import { addressIn, type Endpoint, errorCode, type StunClient } from "./stun-client.ts";

export interface Binding {
  /** Our own address as the server sees it. */
  readonly mapped: Endpoint;
  readonly roundTripMs: number;
}

/**
 * Asks for our address (RFC 8489).
 *
 * @throws {StunRefusal} the server's error; {StrangerError} when it tells no address
 */
export async function bind(
  client: StunClient,
  { signal }: { readonly signal: AbortSignal },
): Promise<Binding> {
  const started = performance.now();
  const request = new Message(methods.BINDING, classes.REQUEST);
  const response = await client.request(request, { signal });
  const roundTripMs = performance.now() - started;
  if (response.messageClass === classes.ERROR) throw new StunRefusal(errorCode(response));
  const mapped = addressIn(response, "XOR-MAPPED-ADDRESS") ?? addressIn(response, "MAPPED-ADDRESS");
  if (!mapped) throw new StrangerError("A binding without an address");
  return { mapped, roundTripMs };
}
