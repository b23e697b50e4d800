/** Protocol v1: JSON text frames with a string `type`, on the WebSocket or the data channel `data`. */
export const PROTOCOL_VERSION = 1;

/** Label of the ordered data channel that the client opens. */
export const dataChannelLabel = "data";

/**
 * What one end can do beyond protocol v1. The server lists its own in `ready.features`, the client
 * in `hello.features`. A v1 peer lists none.
 *
 * - `trickle`: `candidate` messages both ways
 * - `text`: a typed user turn
 * - `interim`: `transcript` with `isFinal: false`
 * - `turn-id`: `turnId` on everything that belongs to a turn
 * - `one-channel`: each message comes once, on the data channel when it is open, else the socket
 * - `interrupt`: the client can stop the agent's speech
 * - `sentences`: `tts-sentence` says which words sound now
 * - `playout`: the client attests what its speaker has played
 * - `turn-timings`: where the time of each turn went
 * - `websocket-audio`: sound as binary frames on the socket, and a peer can be made anew on it
 * - `turn-control`: the client can begin, end and take back its turns, and says that it types
 * - `ice-servers`: `ice-servers` brings fresh credentials into a running call
 * - `reports`: the client tells how it is connected, and why not
 * - `pause`: the client silences its speaker at `tts-paused`, until `tts-resumed`
 * - `withdrawal`: `turn-withdrawn` takes back all of a turn
 * - `resume`: a new socket takes over a running call while its peer connection lives, and the
 *   server's sound never pauses for more than 400 ms, so that the client can tell when the path is silent
 */
export const features = [
  "trickle",
  "text",
  "interim",
  "turn-id",
  "one-channel",
  "interrupt",
  "sentences",
  "playout",
  "turn-timings",
  "websocket-audio",
  "ice-servers",
  "turn-control",
  "reports",
  "pause",
  "withdrawal",
  "resume",
] as const;

export type Feature = (typeof features)[number];
