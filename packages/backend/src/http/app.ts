import cors, { type CorsOptions } from "cors";
import express, { type Express } from "express";

export interface AppOptions {
  readonly cors: CorsOptions | undefined;
  /** Whether callers are taken: not while models load, nor while the server stops. */
  readonly isReady: () => boolean;
}

/** The server's Express app: add routes to it before or after the server starts. */
export function createApp({ cors: corsOptions, isReady }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(cors(corsOptions));
  app.get("/health", (_request, response) => {
    const ok = isReady();
    response.status(ok ? 200 : 503).json({ ok });
  });
  return app;
}
