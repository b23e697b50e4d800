import type { PathView } from "./follow.ts";
import { isHopeless } from "./preference.ts";
import type { Address, Route } from "./route.ts";

/** A pair of a route of ours and an address of the client (RFC 8445, 6.1.2), over all generations. */
export interface Path extends PathView {
  readonly route: Route;
  readonly to: Address;
  /** Of the client's candidate, as it says: better paths are tried first. */
  readonly priority: number;
  /** Tried last. */
  readonly hopeless: boolean;
  provenIn: number | undefined;
  chosenIn: number;
  heardAt: number;
  /** The newest generation in which we have checked it; -1: none. */
  askedIn: number;
  /** Ends the repetition of the last check. */
  hush: () => void;
  /** Until when the client agrees to be sent to (RFC 7675). */
  consentUntil: number;
}

/** More than any browser has with any number of our own; only the client itself can make them. */
const mostPaths = 256;

/** The paths of a call, whether anything comes through them or not. */
export class Paths {
  readonly #paths = new Map<string, Path>();

  get all(): readonly Path[] {
    return [...this.#paths.values()];
  }

  find(route: Route, to: Address): Path | undefined {
    return this.#paths.get(keyOf(route, to));
  }

  /** There already, or new; undefined when there are too many. */
  open(route: Route, to: Address, priority: number): Path | undefined {
    const known = this.find(route, to);
    if (known !== undefined) return known;
    if (this.#paths.size >= mostPaths) return undefined;
    const path: Path = {
      route,
      to,
      priority,
      hopeless: isHopeless(route.candidate, to[0]),
      provenIn: undefined,
      chosenIn: -1,
      heardAt: -Infinity,
      askedIn: -1,
      hush: () => undefined,
      consentUntil: -Infinity,
    };
    this.#paths.set(keyOf(route, to), path);
    return path;
  }

  /** Those over which nothing ever came belong to what a restart gives up. */
  forgetUnused(): void {
    for (const [key, path] of this.#paths) if (path.heardAt === -Infinity) this.#paths.delete(key);
  }

  forget(route: Route): void {
    for (const [key, path] of this.#paths) if (path.route === route) this.#paths.delete(key);
  }
}

const routeNumbers = new WeakMap<Route, number>();
let nextRoute = 0;

function keyOf(route: Route, [host, port]: Address): string {
  let number = routeNumbers.get(route);
  if (number === undefined) routeNumbers.set(route, (number = nextRoute++));
  return `${number} ${host} ${port}`;
}
