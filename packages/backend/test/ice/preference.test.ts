import { expect, test } from "vitest";
import { candidatePriority } from "../../src/transport/ice/candidate-line.ts";
import { byPreference, isHopeless, type Untried } from "../../src/transport/ice/preference.ts";
import type { CandidateType } from "../../src/transport/ice/route.ts";

function path(
  own: CandidateType,
  theirs: CandidateType,
  to = "198.51.100.7",
  rank?: number,
): Untried {
  const address = [own === "relay" ? "203.0.113.10" : "10.0.0.1", 5000] as const;
  const candidate = { type: own, address, related: null, rank };
  return {
    route: { candidate },
    priority: candidatePriority(theirs),
    hopeless: isHopeless(candidate, to),
  };
}

test("paths without a relay come before those with one, and those before paths with two", () => {
  const best = [
    path("host", "host"),
    path("host", "srflx"),
    path("host", "relay"),
    path("relay", "relay"),
  ];
  expect([...best].reverse().sort(byPreference)).toEqual(best);
});

test("a private address is tried last from a relay on the internet, which has no way there", () => {
  const hopeless = path("relay", "host", "192.168.1.7");
  const all = [hopeless, path("relay", "relay"), path("host", "host", "192.168.1.7")];
  expect([...all].sort(byPreference).at(-1)).toBe(hopeless);
});

test("of two relays the better one is tried first, whichever answered first", () => {
  const overTls = path("relay", "srflx", undefined, 2);
  const overUdp = path("relay", "srflx", undefined, 0);
  expect([overTls, overUdp].sort(byPreference)).toEqual([overUdp, overTls]);
});
