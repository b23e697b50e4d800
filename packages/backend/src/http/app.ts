import cors, { type CorsOptions } from "cors";
import express, { type Express } from "express";
import type { Capacity } from "../security/front-desk.ts";

export interface AppOptions {
  readonly cors: CorsOptions | undefined;
  /** How full the server is; undefined while models load and while it stops. */
  readonly capacity: () => Capacity | undefined;
}

/** The server's Express app: add routes to it before or after the server starts. */
export function createApp({ cors: corsOptions, capacity }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(cors(corsOptions));
  app.get("/health", (_request, response) => {
    const now = capacity();
    response.status(now ? 200 : 503).json({ ok: now !== undefined, ...now });
  });
  return app;
}
