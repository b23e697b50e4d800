import { Emitter, type SelectedPair } from "@metered/llmrtc-core";
import { follows } from "./follow.ts";
import { type Generation, Generations } from "./generation.ts";
import { kindByPriority } from "./kind.ts";
import { OwnCandidates } from "./own-candidates.ts";
import { type Path, Paths } from "./path.ts";
import { byPreference } from "./preference.ts";
import { type Address, canReach, type LocalCandidate, type Route } from "./route.ts";
import * as stun from "./stun.ts";
import { Transactions } from "./transactions.ts";

export type IceAgentEvents = {
  /** A datagram that is no STUN, over a path that the client has proven to be its own. */
  data: Buffer;
  /** There is a path now; again whenever another takes its place. */
  path: { readonly local: LocalCandidate; readonly remote: Address };
  /** A candidate of ours, as SDP has it, without `a=`. */
  candidate: string;
};

/** Between checks that nothing has triggered (RFC 8445, 14.2: Ta, no less than 5). */
const paceMs = 5;
/** Before our answer is there, a client cannot tell our checks from a stranger's. */
const answerHeadStartMs = 20;
/** RFC 7675, 5.1: every 5 s, shorter or longer by a fifth. */
const consentEveryMs = 5000;
const consentMs = 30_000;
/** A path that was proven so long ago and speaks again is asked again at once. */
const staleMs = 6500;

/**
 * Our end of ICE (RFC 8445) for one call: full, and always controlled, since the client always offers.
 *
 * It keeps what others drop. All generations share one table of paths, so that an ICE restart takes
 * no working path away; and checks that come from a new address, when they are signed as the
 * client's, lead there at once, so that a NAT which gives the caller another port is followed. Routes are
 * given to it from outside: a port that all calls share is one more kind of them.
 */
export class IceAgent extends Emitter<IceAgentEvents> {
  readonly #generations = new Generations();
  readonly #paths = new Paths();
  readonly #transactions = new Transactions();
  readonly #candidates = new OwnCandidates();
  readonly #routes = new Set<Route>();
  #remote: { readonly address: Address; readonly priority: number }[] = [];
  #selected: Path | undefined;
  #received = 0;
  #pace: NodeJS.Timeout | undefined;
  #consent: NodeJS.Timeout | undefined;
  #closed = false;

  /** Our candidates so far, in this generation's name. */
  get candidateLines(): string[] {
    return this.#candidates.lines(this.#ufrag);
  }

  /** What the offer of this generation is answered with; undefined before the first. */
  get credentials(): stun.IceCredentials | undefined {
    return this.#generations.current?.local;
  }

  /** There is a path, and the client agrees to be sent to. */
  get canSend(): boolean {
    return this.#selected !== undefined && now() < this.#selected.consentUntil;
  }

  /** Kinds of address of the path in use: `local` is the client's. */
  get pair(): SelectedPair | undefined {
    if (!this.#selected) return undefined;
    const { route, priority } = this.#selected;
    return { local: kindByPriority(priority), remote: route.candidate.type, protocol: "udp" };
  }

  /** Counts everything that came from the client, over whichever path. */
  get received(): number {
    return this.#received;
  }

  /**
   * The client begins, or begins anew: an ICE restart. Routes and the path in use stay; candidates of ours
   * count for the new generation too.
   */
  begin(remote: stun.IceCredentials): stun.IceCredentials {
    this.#paths.forgetUnused();
    this.#remote = [];
    clearTimeout(this.#pace);
    this.#rest(answerHeadStartMs);
    return this.#generations.begin(remote).local;
  }

  /** Takes over a route: listens to it and closes it at the end. Its candidate is yet to be told. */
  addRoute(route: Route): void {
    this.#routes.add(route);
    route.listen((data, from) => {
      this.#receive(route, data, from);
    });
    for (const { address, priority } of this.#remote) this.#pair(route, address, priority);
    this.#hurry();
  }

  /** A route that leads nowhere any more. */
  async dropRoute(route: Route): Promise<void> {
    this.#routes.delete(route);
    this.#paths.forget(route);
    this.#candidates.remove(route.candidate);
    if (this.#selected?.route === route) this.#selected = undefined;
    await route.close();
  }

  /** Tells the client of an address of a route that is there. Known ones are not repeated. */
  addCandidate(candidate: LocalCandidate): void {
    if (!this.#candidates.add(candidate) || !this.#generations.current) return;
    this.emit("candidate", this.#candidates.line(candidate, this.#ufrag));
  }

  /** One of the client's candidates of the current generation. */
  addRemoteCandidate(address: Address, priority: number): void {
    this.#remote.push({ address, priority });
    for (const route of this.#routes) this.#pair(route, address, priority);
    this.#hurry();
  }

  /**
   * Asks a STUN server how it sees a route.
   *
   * @returns undefined when it does not answer
   */
  reflect(route: Route, server: Address): Promise<Address | undefined> {
    return new Promise((resolve) => {
      this.#transactions.ask({
        route,
        to: server,
        request: stun.question(),
        answered: (response) => {
          resolve(stun.mappedAddress(response));
        },
        failed: () => {
          resolve(undefined);
        },
      });
    });
  }

  /** Sends over the path in use; without one, or without consent, the datagram is lost. */
  send(data: Uint8Array): void {
    if (this.#selected && this.canSend) this.#selected.route.send(data, this.#selected.to);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#pace);
    clearTimeout(this.#consent);
    this.#transactions.close();
    await Promise.all([...this.#routes].map((route) => route.close()));
  }

  #receive(route: Route, data: Buffer, from: Address): void {
    if (this.#closed) return;
    if (!stun.isStun(data)) {
      const path = this.#paths.find(route, from);
      if (path === undefined || path.heardAt === -Infinity) return; // nobody we know
      this.#hear(path, false);
      this.emit("data", data);
      return;
    }
    const message = stun.readStun(data);
    if (message === undefined) return;
    if (stun.isBindingRequest(message)) this.#answer(route, message, data, from);
    else if (stun.isResponse(message)) this.#transactions.take(route, message, data, from);
  }

  #pair(route: Route, address: Address, priority: number): void {
    if (canReach(route.candidate.address[0], address[0]))
      this.#paths.open(route, address, priority);
  }

  /** Checks by strangers, who do not know our password, are neither answered nor remembered. */
  #answer(route: Route, request: stun.StunMessage, data: Buffer, from: Address): void {
    const generation = this.#generations.find(stun.askedUfrag(request));
    if (!generation || !stun.readStun(data, generation.local.password)) return;
    if (stun.isRoleConflict(request)) {
      route.send(stun.roleConflict(request, generation.local).bytes, from);
      return;
    }
    // Whatever kinds of address these are: here is the proof that there is a way.
    const path = this.#paths.open(route, from, Number(request.getAttributeValue("PRIORITY") ?? 0));
    if (path === undefined) return; // the client must not believe in what we do not follow
    route.send(stun.answer(request, from, generation.local).bytes, from);
    const choosing = stun.nominates(request);
    if (choosing) path.chosenIn = Math.max(path.chosenIn, generation.number);
    const isNew = (path.provenIn ?? -1) < generation.number;
    const isStale = path.consentUntil - consentMs < now() - staleMs;
    // Also while one is under way: the client's own check has just opened its NAT (RFC 8445, 7.3.1.4).
    if (isNew || isStale) this.#check(path, generation);
    this.#hear(path, choosing);
  }

  /** Something came: perhaps this is where to send from now on. */
  #hear(path: Path, choosing: boolean): void {
    this.#received += 1;
    path.heardAt = now();
    const current = this.#selected;
    if (path === current || path.provenIn === undefined) return;
    if (current && !follows(path, current, { choosing, now: path.heardAt })) return;
    this.#selected = path;
    if (!this.#consent) this.#keepConsent();
    this.emit("path", { local: path.route.candidate, remote: path.to });
  }

  #check(path: Path, generation: Generation): void {
    path.askedIn = Math.max(path.askedIn, generation.number);
    path.hush();
    path.hush = this.#transactions.ask({
      route: path.route,
      to: path.to,
      request: stun.check(generation.local, generation.remote),
      password: generation.remote.password,
      answered: () => {
        path.provenIn = Math.max(path.provenIn ?? -1, generation.number);
        path.consentUntil = now() + consentMs;
        this.#hear(path, path.chosenIn === generation.number);
      },
    });
  }

  /** Checks what nothing has triggered yet, the best first, one after another. */
  #hurry(): void {
    if (this.#pace || this.#closed) return;
    const generation = this.#generations.current;
    const next = generation && this.#nextUnchecked(generation);
    if (!next) return;
    this.#check(next, generation);
    this.#rest(paceMs);
  }

  #rest(ms: number): void {
    this.#pace = setTimeout(() => {
      this.#pace = undefined;
      this.#hurry();
    }, ms);
  }

  #nextUnchecked({ number }: Generation): Path | undefined {
    const isNamed = ({ to: [host, port] }: Path): boolean =>
      this.#remote.some(({ address }) => address[0] === host && address[1] === port);
    return this.#paths.all
      .filter((path) => path.askedIn < number && isNamed(path))
      .sort(byPreference)[0];
  }

  #keepConsent(): void {
    this.#consent = setTimeout(
      () => {
        const path = this.#selected;
        const generation = this.#generations.current;
        // The client answers in the name of the generation that the path belongs to.
        if (path && generation)
          this.#check(path, this.#generations.at(path.provenIn) ?? generation);
        this.#keepConsent();
      },
      consentEveryMs * (0.8 + 0.4 * Math.random()),
    );
  }

  get #ufrag(): string {
    return this.credentials?.ufrag ?? "";
  }
}

const now = (): number => performance.now();
