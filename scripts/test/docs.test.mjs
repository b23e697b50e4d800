import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { node, root, tool } from "../run.mjs";
import { markdown } from "./markdown.mjs";

const folder = path.join(root, ".cache/docs-samples");

const pages = ["README.md", "docs", "packages", "providers"]
  .flatMap((where) => markdown(where))
  .map((file) => ({ file, own: file.replaceAll("/", "-"), samples: samplesOf(file) }))
  .filter(({ samples }) => samples.length > 0);

/** What the compiler says about all samples at once. */
let complaints = [];

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  for (const { own, samples } of pages) {
    mkdirSync(path.join(folder, own), { recursive: true });
    for (const { language, code, line } of samples) {
      const file = path.join(folder, own, `line-${line}.${language}`);
      writeFileSync(file, `${code}\nexport {};\n`);
    }
  }
  const config = {
    extends: path.join(root, "tsconfig.test.json"),
    compilerOptions: { jsx: "react-jsx" },
    include: [folder, path.join(root, "scripts/test/sample-surroundings.d.ts")],
  };
  const project = path.join(folder, "tsconfig.json");
  writeFileSync(project, JSON.stringify(config));
  const output = await node([tool("typescript/bin/tsc"), "-p", project]).catch(
    (error) => error.output,
  );
  complaints = output.split("\n").filter(Boolean);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each(pages)("the samples of $file compile", ({ own }) => {
  expect(complaints.filter((line) => line.includes(`docs-samples/${own}/`))).toEqual([]);
});

test("the compiler has no other complaint", () => {
  expect(complaints.filter((line) => !/docs-samples\/.+\/line-/.test(line))).toEqual([]);
});

/**
 * The TypeScript of a page. A block that opens with \`\`\`ts ignore is an excerpt and left alone.
 *
 * @param {string} file
 */
function samplesOf(file) {
  const text = readFileSync(path.join(root, file), "utf8");
  return [...text.matchAll(/^```(tsx?)[ \t]*\n([\s\S]*?)^```/gm)].map(([, language, code]) => ({
    language,
    code,
    line: text.slice(0, text.indexOf(code)).split("\n").length,
  }));
}
