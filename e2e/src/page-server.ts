import { build } from "esbuild";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("..", import.meta.url));

export type Page = "own" | "v1" | "preflight";

/** Serves the pages that the browser opens, and the clips that they play. */
export interface PageServer {
  url(page: Page): string;
  close(): Promise<void>;
}

/** @param clips a folder of WAV files beside those of the tests, for a benchmark's own */
export async function servePages({
  clips = path.join(here, "clips"),
}: { readonly clips?: string } = {}): Promise<PageServer> {
  const scripts = await bundle(["own", "v1", "preflight"]);
  const server = createServer((request, response) => {
    const [, kind = "", name = ""] = (request.url ?? "").split("/");
    const send = (type: string, body: string | Uint8Array): void => {
      response.writeHead(200, { "content-type": type }).end(body);
    };
    const missing = (): void => void response.writeHead(404).end();
    if (kind === "page") {
      send(
        "text/html",
        `<!doctype html><title>${name}</title><script src="/script/${name}"></script>`,
      );
    } else if (kind === "script") send("text/javascript", scripts.get(name) ?? "");
    else if (kind === "clips") {
      readFile(path.join(clips, path.basename(name))).then((bytes) => {
        send("audio/wav", bytes);
      }, missing);
    } else missing();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (page) => `http://127.0.0.1:${port}/page/${page}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function bundle(pages: readonly Page[]): Promise<Map<string, string>> {
  const bundles = await Promise.all(
    pages.map(async (page) => {
      const result = await build({
        entryPoints: [path.join(here, "pages", `${page}.ts`)],
        bundle: true,
        format: "iife",
        write: false,
        logLevel: "warning",
      });
      return [page, result.outputFiles[0]?.text ?? ""] as const;
    }),
  );
  return new Map(bundles);
}
