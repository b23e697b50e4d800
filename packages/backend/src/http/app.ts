import cors, { type CorsOptions } from "cors";
import express, { type Express } from "express";

/** The server's Express app: add routes to it before or after the server starts. */
export function createApp(corsOptions: CorsOptions | undefined): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(cors(corsOptions));
  app.get("/health", (_request, response) => {
    response.json({ ok: true });
  });
  return app;
}
