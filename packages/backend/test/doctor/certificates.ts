import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto as Crypto);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 86_400_000;

/** A throw-away authority and what it signs, as PEM. */
export interface Authority {
  readonly ca: string;
  issue(subject: Subject): Promise<{ readonly cert: string; readonly key: string }>;
}

export interface Subject {
  readonly names: readonly string[];
  /** Days from now until it ends; less than 0: it has ended. Default 365. */
  readonly daysLeft?: number;
}

export async function newAuthority(): Promise<Authority> {
  const keys = await newKeys();
  const issuer = "CN=LLMRTC throw-away authority";
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: issuer,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 100 * day),
    notAfter: new Date(Date.now() + 1000 * day),
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  return {
    ca: ca.toString("pem"),
    issue: async ({ names, daysLeft = 365 }) => {
      const { publicKey, privateKey } = await newKeys();
      const certificate = await x509.X509CertificateGenerator.create({
        subject: "CN=turn",
        issuer,
        publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: algorithm,
        notBefore: new Date(Date.now() - 50 * day),
        notAfter: new Date(Date.now() + daysLeft * day),
        extensions: [
          new x509.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: "dns", value }) as const),
          ),
        ],
      });
      const key = await webcrypto.subtle.exportKey("pkcs8", privateKey);
      return {
        cert: certificate.toString("pem"),
        key: x509.PemConverter.encode(key, "PRIVATE KEY"),
      };
    },
  };
}

function newKeys() {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}
