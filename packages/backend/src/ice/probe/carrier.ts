import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect as connectTcp, isIPv6, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { HungUpError } from "./fault.ts";
import { splitStream } from "./stream-frames.ts";

/** Where to, and how. */
export interface Target {
  readonly transport: "udp" | "tcp" | "tls";
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  /** What the certificate must be made out to: the name or address as configured. */
  readonly host: string;
}

export interface CarrierOptions {
  readonly signal: AbortSignal;
  /** Certificate authorities to trust in place of Node's, as PEM. */
  readonly ca?: string | undefined;
}

/** What a TLS server showed. */
export interface Certificate {
  readonly from: Date;
  readonly until: Date;
  /** Whom it is made out to, e.g. `DNS:turn.example.com`. */
  readonly names: readonly string[];
  /** Why it is not to be trusted, as OpenSSL or Node name it; absent when it is. */
  readonly distrust?: string;
}

/** Carries STUN messages to one server and back. */
export interface Carrier {
  /** Repeats what is lost by itself. */
  readonly reliable: boolean;
  readonly certificate?: Certificate;
  /** Called with each whole message. */
  onMessage: (message: Buffer) => void;
  /** Called once when nothing can come any more. */
  onFailure: (error: Error) => void;
  send(message: Buffer): void;
  close(): void;
}

/**
 * Opens a way to the server. A certificate that is not to be trusted does not throw: it is reported,
 * and nothing should be sent then.
 *
 * @throws the socket's error, or the signal's reason
 */
export async function openCarrier(target: Target, options: CarrierOptions): Promise<Carrier> {
  options.signal.throwIfAborted();
  switch (target.transport) {
    case "udp":
      return udpCarrier(target, options);
    case "tcp":
      return tcpCarrier(target, options);
    case "tls":
      return tlsCarrier(target, options);
  }
}

async function udpCarrier(target: Target, { signal }: CarrierOptions): Promise<Carrier> {
  const socket = createSocket(isIPv6(target.address) ? "udp6" : "udp4");
  try {
    // A connected socket hears from its server alone, and of ICMP errors.
    socket.connect(target.port, target.address);
    await once(socket, "connect", { signal });
  } catch (error) {
    socket.close();
    throw signal.aborted ? signal.reason : error;
  }
  const carrier: Carrier = {
    reliable: false,
    onMessage: () => undefined,
    onFailure: () => undefined,
    send: (message) => {
      socket.send(message, (error) => {
        if (error) carrier.onFailure(error);
      });
    },
    close: () => {
      socket.removeAllListeners("message").close();
    },
  };
  socket.on("message", (message) => {
    carrier.onMessage(message);
  });
  socket.on("error", (error) => {
    carrier.onFailure(error);
  });
  return carrier;
}

async function tcpCarrier({ port, address }: Target, { signal }: CarrierOptions): Promise<Carrier> {
  const socket = connectTcp({ port, host: address });
  await opened(socket, "connect", signal);
  return streamCarrier(socket);
}

async function tlsCarrier(target: Target, { signal, ca }: CarrierOptions): Promise<Carrier> {
  const named = target.host === target.address ? {} : { servername: target.host };
  const socket = connectTls({
    port: target.port,
    host: target.address,
    ...named,
    ...(ca !== undefined && { ca }),
    // To say what is wrong with a bad certificate we must see it. It is checked all the same.
    rejectUnauthorized: false,
  });
  await opened(socket, "secureConnect", signal);
  return streamCarrier(socket, certificateOf(socket));
}

async function opened(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  try {
    await once(socket, event, { signal });
  } catch (error) {
    socket.on("error", () => undefined); // it has failed already
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  }
}

function streamCarrier(socket: Socket, certificate?: Certificate): Carrier {
  let pending = Buffer.alloc(0);
  const carrier: Carrier = {
    reliable: true,
    ...(certificate && { certificate }),
    onMessage: () => undefined,
    onFailure: () => undefined,
    send: (message) => socket.write(message),
    close: () => {
      // The last message, which gives back the allocation, still has to leave.
      socket.destroySoon();
    },
  };
  socket.on("data", (bytes) => {
    try {
      const { messages, rest } = splitStream(Buffer.concat([pending, bytes]));
      pending = Buffer.from(rest);
      for (const message of messages) carrier.onMessage(message);
    } catch (error) {
      carrier.onFailure(error as Error);
      socket.destroy();
    }
  });
  socket.on("error", (error) => {
    carrier.onFailure(error);
  });
  socket.on("close", () => {
    carrier.onFailure(new HungUpError("The server closed the connection"));
  });
  return carrier;
}

function certificateOf(socket: TLSSocket): Certificate {
  const { valid_from, valid_to, subjectaltname = "" } = socket.getPeerCertificate();
  // Typed as an Error, but it is the error's code.
  const code: unknown = socket.authorizationError;
  return {
    from: new Date(valid_from),
    until: new Date(valid_to),
    names: subjectaltname.split(", ").filter(Boolean),
    ...(!socket.authorized && { distrust: typeof code === "string" ? code : "UNKNOWN" }),
  };
}
