import fc from "fast-check";

/** Addresses that are right by RFC 7064 and RFC 7065, and that Chromium takes. */
export const right: readonly string[] = [
  "stun:a",
  "stun:a:1",
  "stun:a:65535",
  "STUN:a:3478",
  "stuns:a:5349",
  "stun:under_score.example",
  "stun:xn--mnchen-3ya.example",
  "stun:a.example.",
  "stun:192.0.2.1:80",
  "stun:[2001:db8::1]",
  "turn:[::ffff:192.0.2.1]:3478?transport=udp",
  "turn:a?transport=udp",
  "turn:a:443?transport=tcp",
  "turn:a?transport=TCP",
  "turns:a:443?transport=tcp",
  "turns:a",
];

/** Addresses that Chromium does not take: for one of them it refuses the whole list. */
export const refusedByChromium: readonly string[] = [
  "http://a",
  "a:3478",
  "stun:",
  "stun:a:",
  "stun:a:0",
  "stun:a:65536",
  "stun:a:99999",
  "stun:a:3478:1",
  "stun:a?transport=udp",
  "stuns:a?transport=tcp",
  "stun://a:3478",
  "turn://a:3478",
  "turn:a?",
  "turn:a?transport=",
  "turn:a?transport=tls",
  "turn:a?TRANSPORT=tcp",
  "turn:a/b",
  "turn:u@a",
  "turn:u:p@a",
  "turn:2001:db8::1",
  "stun:a\\b",
  "stun:<a>",
  "stun:a|b",
  'stun:"a"',
  "stun:a#b",
];

/** Addresses that Chromium takes, though nothing can come of them. */
export const refusedByUsAlone: readonly string[] = [
  "stun:münchen.example",
  "stun:%zz",
  "stun:a%20b",
  "stun:a,b",
  "stun:256.256.256.256",
  "stun:1.2.3",
  "stun:[::1%25eth0]",
  "stun:[:::::]",
  "turn:..",
  "stun:-",
  " stun:a",
  "stun:a\n",
];

const piece = fc.oneof(
  fc.constantFrom("a", "B.example", "192.0.2.1", "[::1]", "[2001:db8::]", "_x", "x-y", "1", "."),
  fc.string({ maxLength: 3, unit: "binary-ascii" }),
);

/** Anything that looks a little like the address of an ICE server. */
export const likely: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("stun:", "stuns:", "turn:", "turns:", "TURN:", "turn://", ""),
    fc.array(piece, { maxLength: 3 }).map((pieces) => pieces.join("")),
    fc.constantFrom("", ":", ":80", ":0", ":65535", ":65536", ":080", ":8x"),
    fc.constantFrom(
      "",
      "?transport=udp",
      "?transport=tcp",
      "?transport=TCP",
      "?Transport=udp",
      "?",
    ),
  )
  .map((parts) => parts.join(""));
