/** What the operator has set up; both ends get the same list. */
export const iceConfigurations = [
  "none",
  "stun",
  "turn-udp",
  "turn-tcp",
  "turns-443",
  "all",
] as const;

export type IceConfiguration = (typeof iceConfigurations)[number];

/** Like `turn-tcp`, with credentials that live 20 s, each call's its own. */
export const shortLived = "short-lived";
export const shortLifeSeconds = 20;
/** Like `turn-tcp`, at the server's IPv6 address. */
export const turnIpv6 = "turn-ipv6";
export type Configuration = IceConfiguration | typeof shortLived | typeof turnIpv6;
export const configurations: readonly Configuration[] = [
  ...iceConfigurations,
  shortLived,
  turnIpv6,
];
