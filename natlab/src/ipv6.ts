import { addresses6, sites } from "./addresses.ts";
import type { Lab } from "./lab.ts";

/** The caller's wifi. */
const wifi = {
  prefix: "2001:db8:1::/64",
  host: "2001:db8:1::2",
  router: "2001:db8:1::1",
  wan: "2001:db8::20",
};

/** What a router lets through that forwards IPv6: no NAT, and nobody comes in who was not asked. */
export type Firewall6 = "stateful" | "udp-blocked";

/** Gives IPv6 to the internet, the public server, coturn and the caller's wifi, beside IPv4. */
export async function giveIpv6(lab: Lab): Promise<void> {
  const { prefix, host, router, wan } = wifi;
  const back = `ip -6 route add ${prefix} via ${wan}`;
  await lab.script("agent", `${enable}; ${add(addresses6.publicServer, "wan")}; ${back}`);
  await lab.script("turn", `${enable}; ${add(addresses6.turn, "wan")}; ${back}`);
  await lab.script(
    "wifi",
    `${enable}; ${add(wan, "wan")}; ${add(router, "lan")}
     echo 1 > /proc/sys/net/ipv6/conf/all/forwarding`,
  );
  await lab.script(
    "caller",
    `${enable}; ${add(host, "wifi")}; ip -6 route add default via ${router} dev wifi`,
  );
  await setFirewall6(lab, "stateful");
}

/** Of the caller's wifi. A `setNetwork` of the same site takes it away. */
export async function setFirewall6(lab: Lab, kind: Firewall6): Promise<void> {
  const rules = `add table ip6 lab
delete table ip6 lab
table ip6 lab {
  chain through { type filter hook forward priority filter; policy accept;
    ${kind === "udp-blocked" ? "meta l4proto udp drop" : ""}
    iifname wan ct state new drop
  }
}
`;
  await lab.run("wifi", "nft", ["-f", "-"], rules);
}

/** The caller's network has IPv6 only from now on, or both again. */
export async function setIpv4(lab: Lab, state: "on" | "off"): Promise<void> {
  const { host, router } = sites.wifi;
  await lab.script(
    "caller",
    state === "off"
      ? "ip -4 addr flush dev wifi"
      : `ip addr replace ${host}/24 dev wifi; ip route replace default via ${router} dev wifi`,
  );
}

/** Addresses are good at once: nobody else is there to have the same. */
const enable = `for kind in all default; do
  echo 0 > /proc/sys/net/ipv6/conf/$kind/accept_dad
  echo 0 > /proc/sys/net/ipv6/conf/$kind/disable_ipv6
done`;

function add(address: string, device: string): string {
  return `ip -6 addr add ${address}/64 dev ${device} nodad`;
}
