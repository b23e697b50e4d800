import express, { type Express } from "express";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Facts that the page shows. */
export interface PlaygroundInfo {
  readonly providers: { readonly llm: string; readonly stt: string; readonly tts: string };
}

/** Serves the playground at `/`, behind all routes that were added before. */
export function servePlayground(app: Express, info: PlaygroundInfo): void {
  const folder = fileURLToPath(new URL("../playground", import.meta.url));
  if (!existsSync(folder)) return; // a source checkout that has not built the page
  app.get("/playground.json", (_request, response) => {
    response.json(info);
  });
  app.use(express.static(folder));
}
