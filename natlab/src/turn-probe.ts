// Runs in the lab: asks the TURN server for things that it should allow or refuse. Prints JSON.
// Usage: turn-probe <shared secret>
import { addresses } from "./addresses.ts";
import { TurnClient } from "./turn-client.ts";
import { turnCredential } from "./turn-credential.ts";

const [secret = ""] = process.argv.slice(2);
const { turn, publicServer } = addresses;

async function allocation(user: string, seconds: number, key = secret) {
  const client = await TurnClient.open(turn, turnCredential(key, user, seconds));
  return { client, error: (await client.allocate()).error };
}

const good = await allocation("caller", 60);
const peers: Record<string, number | undefined> = {};
for (const peer of [
  publicServer,
  turn,
  "10.0.1.2",
  "192.168.1.1",
  "127.0.0.1",
  "169.254.169.254",
]) {
  peers[peer] = (await good.client.permit(peer)).error ?? 0;
}
await good.client.close();
const expired = await allocation("caller", -5);
const wrong = await allocation("caller", 60, "wrong");
const many = await Promise.all(Array.from({ length: 26 }, () => allocation("greedy", 60)));
const other = await allocation("modest", 60);

process.stdout.write(
  JSON.stringify({
    allocated: good.error ?? 0,
    peers,
    expired: expired.error,
    wrong: wrong.error,
    refusedOf26: many.filter(({ error }) => error === 486).length,
    otherUser: other.error ?? 0,
  }),
);
process.exit();
