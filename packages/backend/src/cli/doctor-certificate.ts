import type { Certificate } from "../ice/probe/carrier.ts";
import type { Verdicts } from "./doctor-finding.ts";

const dayMs = 86_400_000;
const renewDays = 14;

/** Judges what a TLS server showed, as a browser would, and when it ends. */
export function judgeCertificate(certificate: Certificate, host: string, now: number): Verdicts {
  const { until, distrust } = certificate;
  const ends = until.toISOString().slice(0, 10);
  const days = Math.floor((until.getTime() - now) / dayMs);
  if (distrust !== undefined) {
    return { check: "certificate", verdict: "failed", ...distrusted(distrust, certificate, host) };
  }
  if (days < renewDays) {
    return {
      check: "certificate",
      verdict: "warning",
      finding: `it ends in ${days} ${days === 1 ? "day" : "days"}, on ${ends}`,
      remedy: "Renew it, let that happen by itself, and have the TURN server load the new one.",
    };
  }
  const finding = `trusted for ${host} until ${ends} (${days} days)`;
  return { check: "certificate", verdict: "ok", finding };
}

function distrusted(
  code: string,
  { from, until, names }: Certificate,
  host: string,
): Pick<Verdicts, "finding" | "remedy"> {
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return {
        finding: `it ended on ${until.toISOString().slice(0, 10)}`,
        remedy: "Renew it. If the date is in the future, set this machine's clock.",
      };
    case "CERT_NOT_YET_VALID":
      return {
        finding: `it begins only on ${from.toISOString()}`,
        remedy: "Set this machine's clock, or wait.",
      };
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return {
        finding: `it is not made out to ${host}, but to ${list(names)}`,
        remedy: "Use a name of the certificate in the URL, or get one for this name.",
      };
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return {
        finding: `no known authority vouches for it (${code})`,
        remedy:
          "Use one of a public authority, and serve its whole chain: browsers refuse this one too. For a private authority, NODE_EXTRA_CA_CERTS tells this machine.",
      };
    default:
      return { finding: `it is not to be trusted (${code})`, remedy: "Replace it." };
  }
}

/** The names in a certificate are whatever its owner wrote: kept short and plain. */
function list(names: readonly string[]): string {
  const plain = names.slice(0, 3).map((name) => name.replace(/[^\w.:*-]/g, "?").slice(0, 80));
  return plain.length > 0 ? plain.join(", ") : "nobody";
}
