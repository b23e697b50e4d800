import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { addresses, type SiteName, sites } from "./addresses.ts";
import type { Impairment } from "./impairment.ts";
import type { Lab } from "./lab.ts";
import { program } from "./programs.ts";

const own = "198.18.0.1";
const plugs = "198.18.0.2";
const ports = [4001, 4002] as const;

/**
 * A cable between a site's router and the internet that loses, delays and narrows: a program of ours carries its
 * frames, since `tc netem` is missing in the kernels that run our tests.
 */
export class Cable {
  readonly #process: ChildProcess;

  /** Takes the place of the plain one. It stays as long as the lab does. */
  static async lay(lab: Lab, site: SiteName): Promise<Cable> {
    await lab.script("plugs", plugsScript(lab, site));
    await lab.script("cable", `ip addr add ${own}/24 dev plugs`);
    const { wan } = sites[site];
    await lab.script(
      site,
      `ip addr add ${wan}/24 dev wan; ip link set wan up; ip route add default via ${addresses.sink}`,
    );
    await lab.script("inet", `ip link set ${site} master internet; ip link set ${site} up`);
    const args = [await program(lab, "cable-process"), own, plugs, ...ports.map(String)];
    const child = lab.start("cable", process.execPath, args, {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    await once(child, "message");
    return new Cable(child);
  }

  private constructor(child: ChildProcess) {
    this.#process = child;
  }

  /** From now on, in both directions; an empty one is a good cable. */
  async impair(impairment: Impairment): Promise<void> {
    const answer = once(this.#process, "message");
    this.#process.send(impairment);
    await answer;
  }
}

/**
 * Two VXLAN ports whose other end is the program: their sockets stay here, where nothing else is. The receiver fills in
 * the checksums that the kernel leaves open on virtual links (`remcsum…`), and no packet is
 * longer than on a real link (`gso_max_segs`).
 */
function plugsScript(lab: Lab, site: SiteName): string {
  const plug = (name: string, port: number, space: string): string => `
    ip link add plug gso_max_segs 1 type vxlan id 1 remote ${own} dstport ${port} nolearning remcsumtx remcsumrx
    ip link set plug netns ${space} name ${name}`;
  return `
    ip netns exec ${lab.name(site)} ip link delete wan
    ip addr add ${plugs}/24 dev cable
    ${plug("wan", ports[0], lab.name(site))}
    ${plug(site, ports[1], lab.name("inet"))}`;
}
