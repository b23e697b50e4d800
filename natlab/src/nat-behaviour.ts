import { decodeAddress } from "./stun-address.ts";
import { attributes, encodeRequest, requests } from "./stun-message.ts";
import { StunSocket } from "./stun-socket.ts";

export type Dependence =
  "endpoint-independent" | "address-dependent" | "address-and-port-dependent";

/** What RFC 5780 finds out about the path to the internet. */
export type NatBehaviour =
  | { readonly udp: "blocked" }
  | {
      readonly udp: "open";
      readonly mapping: Dependence;
      readonly filtering: Dependence;
      /** Two hosts behind the router can meet at their public addresses. */
      readonly hairpin: boolean;
    };

const port = 3478;
const alternatePort = 3479;
/** Flags of CHANGE-REQUEST (RFC 5780, 7.2): answer from the other address, the other port. */
const otherAddressAndPort = 6;
const otherPort = 2;

/**
 * Finds out by asking a STUN server that has two addresses and two ports (RFC 5780, 4.3 and 4.4).
 * Filtering comes first, while the router has seen one destination only.
 */
export async function natBehaviour(server: string, alternate: string): Promise<NatBehaviour> {
  const socket = await StunSocket.open();
  const mapped = async (host: string, at: number): Promise<string | undefined> => {
    const answer = await socket.ask(encodeRequest(requests.binding, []), host, at);
    const address = answer?.attributes.get(attributes.xorMappedAddress);
    return address && decodeAddress(address);
  };
  const answersFrom = async (flags: number): Promise<boolean> => {
    const change = [attributes.changeRequest, Buffer.from([0, 0, 0, flags])] as const;
    const request = encodeRequest(requests.binding, [change]);
    return (await socket.ask(request, server, port)) !== undefined;
  };
  try {
    const first = await mapped(server, port);
    if (first === undefined) return { udp: "blocked" };
    const filtering = (await answersFrom(otherAddressAndPort))
      ? "endpoint-independent"
      : (await answersFrom(otherPort))
        ? "address-dependent"
        : "address-and-port-dependent";
    const second = await mapped(alternate, port);
    const third = await mapped(alternate, alternatePort);
    const mapping =
      second === first
        ? "endpoint-independent"
        : second === third
          ? "address-dependent"
          : "address-and-port-dependent";
    return { udp: "open", mapping, filtering, hairpin: await comesBack(socket, first) };
  } finally {
    socket.close();
  }
}

async function comesBack(socket: StunSocket, mapped: string): Promise<boolean> {
  const other = await StunSocket.open();
  const [host = "", at] = mapped.split(":");
  const heard = socket.hearsOther();
  other.send("hairpin", host, Number(at));
  const back = await heard;
  other.close();
  return back;
}
