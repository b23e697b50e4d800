import type { Express, Request } from "express";
import { createHash, timingSafeEqual } from "node:crypto";
import { BlockList, isIPv6 } from "node:net";
import type { PrometheusMetrics } from "../observe/prometheus-metrics.ts";

/**
 * Who may read `GET /metrics`. `local`: programs on this machine, unless a proxy forwards them. A token: who
 * sends it as `Authorization: Bearer …`. `everybody`: whoever reaches the port. `nobody`: there is no such page.
 */
export type MetricsAccess = "local" | "everybody" | "nobody" | { readonly token: string };

/** Before CORS and all else: no other page in a browser of this machine can read it. */
export function serveMetrics(
  app: Express,
  metrics: PrometheusMetrics,
  access: Exclude<MetricsAccess, "nobody">,
): void {
  app.get("/metrics", async (request, response) => {
    response.setHeader("Cache-Control", "no-store");
    if (typeof access === "object" && !carries(request, access.token)) {
      response
        .status(401)
        .setHeader("WWW-Authenticate", "Bearer")
        .type("text")
        .send("unauthorized\n");
    } else if (access === "local" && !isLocal(request)) {
      response.status(403).type("text").send("metrics are for this machine only\n");
    } else {
      response.setHeader("Content-Type", metrics.contentType).send(await metrics.text());
    }
  });
}

function carries({ headers }: Request, token: string): boolean {
  const [, given = ""] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token)); // takes equally long, whatever is wrong
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");
loopback.addSubnet("::ffff:127.0.0.0", 104, "ipv6");

/** A proxy on this machine says for whom it asks, by a header of its own or by the name it asks for. */
function isLocal({ socket, headers }: Request): boolean {
  const address = socket.remoteAddress ?? "";
  if (!loopback.check(address, isIPv6(address) ? "ipv6" : "ipv4")) return false;
  const forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
  if (forwarded.some((name) => headers[name] !== undefined)) return false;
  const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}
