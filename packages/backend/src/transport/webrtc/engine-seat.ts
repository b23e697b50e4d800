import type { RTCIceTransport } from "werift";
import type { IceAgent } from "../ice/agent.ts";

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
  connection.restart = async () => undefined;
  connection.resetNominatedPair = () => undefined;
  connection.send = async (data) => {
    agent.send(data);
  };
  let give = (): void => undefined;
  let giveUp = (_: Error): void => undefined;
  const path = new Promise<void>((resolve, reject) => {
    give = resolve;
    giveUp = reject;
  });
  path.catch(() => undefined); // nobody may be waiting
  connection.connect = () => path;
  connection.close = async () => {
    giveUp(new Error("the call has ended"));
    connection.state = "closed";
    connection.stateChanged.execute("closed");
    await agent.close();
  };
  agent.on("data", (data) => {
    connection.onData.execute(data);
  });
  agent.on("path", () => {
    give();
    if (connection.state === "connected") return;
    connection.state = "connected";
    connection.stateChanged.execute("connected");
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
