import type { IceServer, Logger, MetricsAdapter, ServerHooks } from "@metered/llmrtc-core";
import type { IceTransportPolicy } from "../ice/choose.ts";
import type { IceRenewal } from "../ice/renewal.ts";
import type { SuppliedIceServers } from "../ice/supply.ts";
import type { CallsByPath } from "../observe/calls-by-path.ts";
import type { SessionRegistry } from "../session/registry.ts";
import type { SessionServices } from "../session/session-services.ts";
import type { WebRtcTransport } from "../transport/webrtc/transport.ts";

/** What every call of a server is made with. */
export interface CallServices {
  readonly sessions: SessionRegistry;
  /** What this caller's session works with. */
  readonly session: SessionServices;
  /** Servers for the call of a session, and for as long as it runs; `renewed` gets later ones. */
  readonly iceServers: (
    sessionId: string,
    renewed: (servers: SuppliedIceServers) => void,
  ) => IceRenewal;
  /** What the client is told to use. */
  readonly iceTransportPolicy: IceTransportPolicy | undefined;
  readonly openTransport: (iceServers: readonly IceServer[]) => Promise<WebRtcTransport>;
  readonly hooks: ServerHooks;
  readonly metrics: MetricsAdapter;
  readonly paths: CallsByPath;
  readonly logger: Logger;
}
