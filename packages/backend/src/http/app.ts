import cors, { type CorsOptions } from "cors";
import express, { type Express } from "express";
import type { PrometheusMetrics } from "../observe/prometheus-metrics.ts";
import type { Capacity } from "../security/front-desk.ts";
import { type MetricsAccess, serveMetrics } from "./metrics.ts";

export interface AppOptions {
  readonly cors: CorsOptions | undefined;
  /** How full the server is; undefined while models load and while it stops. */
  readonly capacity: () => Capacity | undefined;
  /** Served at `/metrics`. */
  readonly metrics: PrometheusMetrics;
  readonly metricsAccess: MetricsAccess;
}

/** The server's Express app: add routes to it before or after the server starts. */
export function createApp(options: AppOptions): Express {
  const { cors: corsOptions, capacity, metrics, metricsAccess } = options;
  const app = express();
  app.disable("x-powered-by");
  if (metricsAccess !== "nobody") serveMetrics(app, metrics, metricsAccess);
  app.use(cors(corsOptions));
  app.get("/health", (_request, response) => {
    const now = capacity();
    response.status(now ? 200 : 503).json({ ok: now !== undefined, ...now });
  });
  return app;
}
