// Runs in the lab: asks the TURN server for things that it should allow or refuse. Prints JSON.
// Usage: turn-probe <shared secret>
import { addresses, addresses6 } from "./addresses.ts";
import { type Family, TurnClient } from "./turn-client.ts";
import { turnCredential } from "./turn-credential.ts";

const [secret = ""] = process.argv.slice(2);
const { turn, publicServer } = addresses;

const peers: Record<Family, readonly string[]> = {
  ipv4: [publicServer, turn, "10.0.1.2", "192.168.1.1", "127.0.0.1", "0.0.0.0", "169.254.169.254"],
  ipv6: [
    addresses6.publicServer,
    "::",
    "::1",
    "::10.0.0.1",
    "::7f00:1",
    "::a00:0",
    "::a00",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::1",
    "fc00::1",
    "fd00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
  ],
};

async function allocation(
  user: string,
  seconds: number,
  { key = secret, family = "ipv4" }: { readonly key?: string; readonly family?: Family } = {},
) {
  const client = await TurnClient.open(turn, turnCredential(key, user, seconds));
  return { client, error: (await client.allocate(family)).error };
}

/** What it says to an allocation, and to each peer of it; 0 is yes. */
async function answers(family: Family) {
  const { client, error } = await allocation("caller", 60, { family });
  const said: Record<string, number> = {};
  for (const peer of peers[family]) said[peer] = (await client.permit(peer)).error ?? 0;
  await client.close();
  return { allocated: error ?? 0, peers: said };
}

const expired = await allocation("caller", -5);
const wrong = await allocation("caller", 60, { key: "wrong" });
const many = await Promise.all(Array.from({ length: 26 }, () => allocation("greedy", 60)));
const other = await allocation("modest", 60);

process.stdout.write(
  JSON.stringify({
    ipv4: await answers("ipv4"),
    ipv6: await answers("ipv6"),
    expired: expired.error,
    wrong: wrong.error,
    refusedOf26: many.filter(({ error }) => error === 486).length,
    otherUser: other.error ?? 0,
  }),
);
process.exit();
