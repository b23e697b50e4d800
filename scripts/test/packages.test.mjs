import * as attw from "@arethetypeswrong/core";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, describe, expect, test } from "vitest";
import { npm, root } from "../run.mjs";

const packed = mkdtempSync(path.join(os.tmpdir(), "llmrtc-packed-"));
afterAll(() => {
  rmSync(packed, { recursive: true, force: true });
});

const published = ["packages", "providers"]
  .flatMap((group) => readdirSync(path.join(root, group)).map((name) => `${group}/${name}`))
  .filter((folder) => existsSync(path.join(root, folder, "package.json")))
  .map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(path.join(root, folder, "package.json"), "utf8")),
  }))
  .filter(({ manifest }) => !manifest.private);

describe.each(published)("the package in $folder", ({ folder, manifest }) => {
  test("is packed as npm and TypeScript expect it", async () => {
    const [{ filename, files }] = JSON.parse(
      await npm(["pack", "--json", "--silent", "-w", folder, "--pack-destination", packed]),
    );
    const tarball = readFileSync(path.join(packed, filename));
    const bytes = Uint8Array.from(tarball).buffer;

    const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);

    const { problems } = await attw.checkPackage(
      attw.createPackageFromTarballData(new Uint8Array(bytes)),
    );
    // ESM only, on purpose: Node 20.19 and later can `require` it all the same.
    const unexpected = problems?.filter(
      ({ kind, resolutionKind }) => kind !== "CJSResolvesToESM" && resolutionKind !== "node10",
    );
    expect(unexpected).toEqual([]);

    const names = files.map((file) => file.path);
    expect(names).toContain("LICENSE");
    expect(names.filter((name) => /\.tsbuildinfo$|^src\/|^test\//.test(name))).toEqual([]);
  });

  test("depends on nothing that the workspace does not have", () => {
    for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
      if (!name.startsWith("@metered/")) continue;
      const linked = path.join(root, "node_modules", name, "package.json");
      expect(JSON.parse(readFileSync(linked, "utf8")).version).toBe(version);
    }
  });
});
