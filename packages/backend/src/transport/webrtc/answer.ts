import type { OfferedSection } from "./offer.ts";

/** What the answer's text gets that werift does not write. */
export interface AnswerDetails {
  readonly offered: readonly OfferedSection[];
  /** Our candidates so far, as SDP lines without `a=`. */
  readonly candidates: readonly string[];
  /** No more candidates will come. */
  readonly complete: boolean;
}

/**
 * Finishes the text of an answer.
 *
 * werift writes port 0 for a section that is only inactive, and keeps it in the bundle: browsers
 * refuse both. A section that the client itself gave up has port 0 and leaves the bundle (RFC 9143,
 * 7.3.3). Candidates stand once, in the first live section.
 */
export function finishAnswer(sdp: string, details: AnswerDetails): string {
  const [session = "", ...media] = sdp.split(/(?=^m=)/m);
  const offered = (at: number) => details.offered[at];
  const gone = details.offered.filter(({ rejected }) => rejected).map(({ mid }) => mid);
  const firstLive = details.offered.findIndex(({ rejected }) => !rejected);
  const sections = media.map((section, at) => {
    const port = offered(at)?.rejected === true ? 0 : 9;
    const lines = section
      .split(/\r\n/)
      .filter((line) => line !== "" && !/^a=(candidate:|end-of-candidates)/.test(line))
      .map((line, n) => (n === 0 ? line.replace(/^(m=\w+) \d+/, `$1 ${port}`) : line));
    if (at === firstLive) {
      lines.push(...details.candidates.map((candidate) => `a=${candidate}`));
      if (details.complete) lines.push("a=end-of-candidates");
    }
    return `${lines.join("\r\n")}\r\n`;
  });
  return withoutFromBundle(session, gone) + sections.join("");
}

function withoutFromBundle(session: string, gone: readonly string[]): string {
  return session.replace(/^a=group:BUNDLE(.*)$/m, (_, mids: string) => {
    const live = mids
      .trim()
      .split(" ")
      .filter((mid) => !gone.includes(mid));
    return `a=group:BUNDLE ${live.join(" ")}`;
  });
}
