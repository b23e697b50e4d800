import { type Cell, type ServerNetwork, serverNetworks } from "./expectation.ts";
import { iceConfigurations, type IceConfiguration } from "./ice-configurations.ts";
import { type Network, networks } from "./nat-rules.ts";

/** Every meeting. */
export const allCells: readonly Cell[] = serverNetworks.flatMap((server) =>
  networks.flatMap((network) => iceConfigurations.map((ice) => ({ server, network, ice }))),
);

/** One of each kind of outcome, for every run of the tests. */
export const someCells: readonly Cell[] = [
  ...cells("public", "symmetric", ["none", "all"]),
  ...cells("public", "udp-blocked", ["stun", "turn-tcp"]),
  ...cells("public", "tcp-443-only", ["turn-tcp", "turns-443"]),
  ...cells("public", "tls-443-only", ["turn-udp", "all"]),
  ...cells("port-restricted", "port-restricted", ["none", "stun"]),
  ...cells("symmetric", "symmetric", ["stun", "turn-udp", "all"]),
];

function cells(
  server: ServerNetwork,
  network: Network,
  ices: readonly IceConfiguration[],
): readonly Cell[] {
  return ices.map((ice) => ({ server, network, ice }));
}
