// Runs in the lab: tells by which kind of NAT its network is behind. Prints JSON.
import { addresses } from "./addresses.ts";
import { natBehaviour } from "./nat-behaviour.ts";

const behaviour = await natBehaviour(addresses.turn, addresses.turnAlternate);
process.stdout.write(JSON.stringify(behaviour));
