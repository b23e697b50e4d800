import { writeFile } from "node:fs/promises";
import path from "node:path";
import { agentHost, reaches, turnHost } from "./addresses.ts";
import { command } from "./command.ts";

/** Files in PEM. */
export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
const names = [turnHost, ...reaches.map((reach) => agentHost(reach, "*"))];
const days = ["-days", "2"];

/** An authority that only this lab trusts, and one certificate for all its hosts. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const file = (name: string): string => path.join(folder, name);
  const authority = file("authority.pem");
  const certificate = file("certificate.pem");
  const key = file("key.pem");
  const own = ["-keyout", file("authority.key"), "-out", authority, "-subj", "/CN=Lab authority"];
  await command("openssl", ["req", "-x509", ...newKey, ...days, ...own]);
  const request = ["-keyout", key, "-out", file("request.pem"), "-subj", "/CN=lab.test"];
  await command("openssl", ["req", ...newKey, ...request]);
  await writeFile(
    file("extensions"),
    `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}\nextendedKeyUsage=serverAuth\n`,
  );
  await command("openssl", [
    ...["x509", "-req", "-in", file("request.pem"), "-out", certificate, ...days],
    ...["-CA", authority, "-CAkey", file("authority.key"), "-CAcreateserial"],
    ...["-extfile", file("extensions")],
  ]);
  return { authority, certificate, key };
}
