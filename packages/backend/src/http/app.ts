import cors, { type CorsOptions } from "cors";
import express, { type Express } from "express";
import type { PrometheusMetrics } from "../observe/prometheus-metrics.ts";
import { type MetricsAccess, serveMetrics } from "./metrics.ts";

export interface AppOptions {
  readonly cors: CorsOptions | undefined;
  /** Whether callers are taken: not while models load, nor while the server stops. */
  readonly isReady: () => boolean;
  /** Served at `/metrics`. */
  readonly metrics: PrometheusMetrics;
  readonly metricsAccess: MetricsAccess;
}

/** The server's Express app: add routes to it before or after the server starts. */
export function createApp(options: AppOptions): Express {
  const { cors: corsOptions, isReady, metrics, metricsAccess } = options;
  const app = express();
  app.disable("x-powered-by");
  if (metricsAccess !== "nobody") serveMetrics(app, metrics, metricsAccess);
  app.use(cors(corsOptions));
  app.get("/health", (_request, response) => {
    const ok = isReady();
    response.status(ok ? 200 : 503).json({ ok });
  });
  return app;
}
