import { LLMRTCError } from "@metered/llmrtc-core";
import { SessionDescription } from "werift";
import type { IceCredentials } from "../ice/stun.ts";
import { readCandidate, type RemoteCandidate } from "./remote-candidate.ts";

type Media = SessionDescription["media"][number];

/** An offer that can be answered. */
export interface Offer {
  /** Without candidates: they are applied on their own, like trickled ones. */
  readonly sdp: string;
  readonly credentials: IceCredentials;
  readonly candidates: readonly RemoteCandidate[];
  /** The client's DTLS role forces ours only if it insists on being the server (RFC 8842). */
  readonly weActAs: "client" | "server";
  readonly sections: readonly OfferedSection[];
}

export interface OfferedSection {
  readonly mid: string;
  readonly kind: "audio" | "video" | "application";
  /** Port 0: the client does not want it any more. */
  readonly rejected: boolean;
  /** The client sends on it. */
  readonly sends: boolean;
  /** The client listens to it. */
  readonly receives: boolean;
}

const longestSdp = 262_144;
const mostSections = 32;

/**
 * Reads an offer and checks everything that answering it depends on, so that a bad one is refused
 * before anything has changed.
 *
 * @param before sections of the previous offer: they stay, in order, but for the place of a
 *   rejected one, which may be used again (RFC 8829, 5.2.2)
 * @throws {LLMRTCError} `INVALID_MESSAGE`, saying what is wrong without quoting it
 */
export function readOffer(sdp: string, before: readonly OfferedSection[] = []): Offer {
  if (sdp.length > longestSdp) throw invalid("it is too long");
  const lines = sdp.split(/\r\n|\r|\n/).filter((line) => line !== "");
  const stripped = lines.filter((line) => !/^a=(candidate:|end-of-candidates)/.test(line));
  const text = livingBundle(`${stripped.join("\r\n")}\r\n`);
  const description = parse(text);
  const { media } = description;
  if (media.length === 0) throw invalid("it has no media sections");
  if (media.length > mostSections) throw invalid("it has too many media sections");

  const sections = media.map((section) => readSection(section));
  checkSameSections(before, sections);
  const live = media.filter((section) => section.port !== 0);
  checkBundled(description, live);
  const first = live[0];
  if (first === undefined) throw invalid("all its media sections are rejected");
  const candidates = lines
    .filter((line) => line.startsWith("a=candidate:"))
    .flatMap((candidate) => readCandidate({ candidate }) ?? []);
  return {
    sdp: text,
    credentials: checkTransport(first),
    candidates,
    weActAs: first.dtlsParams?.role === "server" ? "client" : "server",
    sections,
  };
}

/** Port 0 does not mean rejected where a section only waits to be bundled (RFC 9143, 7.2.2; Firefox). */
function livingBundle(sdp: string): string {
  const [session = "", ...sections] = sdp.split(/(?=^m=)/m);
  const living = sections.map((section) =>
    /^a=bundle-only\r?$/m.test(section) ? section.replace(/^(m=\w+) 0 /, "$1 9 ") : section,
  );
  return session + living.join("");
}

function parse(sdp: string): SessionDescription {
  try {
    return SessionDescription.parse(sdp);
  } catch (cause) {
    throw invalid("it is not SDP", cause);
  }
}

function readSection(media: Media): OfferedSection {
  const kind: string = media.kind;
  const mid = media.rtp.muxId;
  if (mid === undefined || mid === "") throw invalid("a media section has no mid");
  if (kind !== "audio" && kind !== "video" && kind !== "application") {
    throw invalid("it has an unknown kind of media");
  }
  const rejected = media.port === 0;
  if (!rejected) checkContent(kind, media);
  const direction = media.direction ?? "inactive"; // as werift reads it
  const sends = !rejected && /^send/.test(direction);
  return { mid, kind, rejected, sends, receives: !rejected && /recv/.test(direction) };
}

function checkContent(kind: OfferedSection["kind"], media: Media): void {
  if (kind === "application") {
    if (media.sctpPort === undefined || Number.isNaN(media.sctpPort)) {
      throw invalid("its data channel section has no SCTP port");
    }
    return;
  }
  const codec = kind === "audio" ? "audio/opus" : "video/vp8";
  if (!media.rtp.codecs.some(({ mimeType }) => mimeType.toLowerCase() === codec)) {
    throw invalid(`a section offers no ${codec}`);
  }
}

function checkSameSections(
  before: readonly OfferedSection[],
  now: readonly OfferedSection[],
): void {
  const kept = before.every((old, at) => {
    const section = now[at];
    if (section === undefined) return false;
    return old.rejected || (old.mid === section.mid && old.kind === section.kind);
  });
  if (!kept) throw invalid("it does not keep the media sections of the offer before");
  if (new Set(now.map(({ mid }) => mid)).size !== now.length) throw invalid("it repeats a mid");
}

/** One transport for everything: browsers bundle since 2015, and only that is supported. */
function checkBundled(description: SessionDescription, live: readonly Media[]): void {
  if (live.length < 2) return;
  const bundle = description.group.find(({ semantic }) => semantic === "BUNDLE");
  const together = live.every(({ rtp }) => bundle?.items.includes(rtp.muxId ?? "") ?? false);
  if (!together) throw invalid("its media sections are not bundled");
}

function checkTransport(media: Media): IceCredentials {
  const { usernameFragment, password } = media.iceParams ?? {};
  if (!isIceText(usernameFragment, 4) || !isIceText(password, 22)) {
    throw invalid("it has no ICE credentials");
  }
  const fingerprints = media.dtlsParams?.fingerprints ?? [];
  if (!fingerprints.some(({ algorithm, value }) => /^sha-/i.test(algorithm) && value)) {
    throw invalid("it has no DTLS fingerprint");
  }
  return { ufrag: usernameFragment, password };
}

/** RFC 8839, 5.4. */
function isIceText(text: string | undefined, least: number): text is string {
  return text !== undefined && text.length >= least && /^[A-Za-z0-9+/_=-]{1,256}$/.test(text);
}

function invalid(why: string, cause?: unknown): LLMRTCError {
  return new LLMRTCError("INVALID_MESSAGE", `The offer cannot be used: ${why}`, { cause });
}
