import type { RTCIceTransport } from "werift";
import type { IceAgent } from "../ice/agent.ts";
import { orAborted } from "./abort.ts";
import { packFlights } from "./dtls-flights.ts";

/**
 * Puts our agent in the place of werift's own below its DTLS, SRTP and SCTP. What those use of a
 * `Connection` is this and no more: when it is connected, data in and out, the credentials for the
 * answer, and its end. werift's own agent opens no socket, sends no check and asks no server.
 */
export function seat(ice: RTCIceTransport, agent: IceAgent): void {
  const { connection } = ice;
  introduce(ice, agent);
  connection.gatherCandidates = async () => undefined;
  connection.addRemoteCandidate = async () => undefined;
  connection.restart = () => undefined;
  connection.resetNominatedPair = () => undefined;
  const send = packFlights((data) => {
    agent.send(data);
  });
  connection.send = async (data) => {
    send(data);
  };
  const ended = new AbortController();
  const path = orAborted(firstPath(agent), ended.signal);
  path.catch(() => undefined); // nobody may be waiting
  connection.connect = () => path;
  connection.close = async () => {
    ended.abort(new Error("the call has ended"));
    connection.state = "closed";
    connection.stateChanged.execute("closed");
    await agent.close();
  };
  agent.on("data", (data) => {
    connection.onData.execute(data);
  });
  agent.on("path", () => {
    if (connection.state === "connected") return;
    connection.state = "connected";
    connection.stateChanged.execute("connected");
  });
}

function firstPath(agent: IceAgent): Promise<void> {
  return new Promise((resolve) => {
    const stop = agent.on("path", () => {
      stop();
      resolve();
    });
  });
}

/** A new generation: the answer that werift writes next has its credentials. */
export function renew(ice: RTCIceTransport, agent: IceAgent): void {
  const { connection } = ice;
  introduce(ice, agent);
  // Else werift would see a restart, or a renomination, and begin one of its own.
  connection.remoteUsername = "";
  connection.remotePassword = "";
}

function introduce({ connection }: RTCIceTransport, { credentials }: IceAgent): void {
  connection.localUsername = credentials?.ufrag ?? "";
  connection.localPassword = credentials?.password ?? "";
}
