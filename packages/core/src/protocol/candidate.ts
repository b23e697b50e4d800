import * as z from "zod/mini";

/** `sdpMid` and its like as RTCIceCandidateInit has them; `candidate: ""` ends a generation. */
export const candidateInit = z.object({
  candidate: z.string().check(z.maxLength(2000)),
  sdpMid: z.optional(z.nullable(z.string().check(z.maxLength(200)))),
  sdpMLineIndex: z.optional(z.nullable(z.number())),
  usernameFragment: z.optional(z.nullable(z.string().check(z.maxLength(256)))), // RFC 8839, 5.4
});
export type CandidateInit = z.infer<typeof candidateInit>;
