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
export type Configuration = IceConfiguration | typeof shortLived;
export const configurations: readonly Configuration[] = [...iceConfigurations, shortLived];
