import { defineConfig } from "vitest/config";

const browserTests = [
  "packages/*/test/**/*.browser.test.ts",
  "packages/*/test/**/*-chromium.test.ts",
  "playground/test/**/*.test.ts",
];

const relayTests = ["packages/*/test/**/*-coturn.test.ts"];

/** Of a wait that would else never end: machines that test are slow and do other things at once. */
const poll = { timeout: 15_000 };

/** Packages are imported as users import them, from their built `dist`: build before testing. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/test/**/*.test.ts", "providers/*/test/**/*.test.ts"],
          exclude: [...browserTests, ...relayTests],
          testTimeout: 30_000,
          expect: { poll },
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "house",
          include: ["scripts/test/**/*.test.mjs", "examples/*/test/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 180_000, // one of them compiles every sample of the docs
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "relay",
          include: relayTests,
          testTimeout: 30_000,
          expect: { poll },
          sequence: { groupOrder: 2 },
        },
      },
      {
        // Chromium takes a core of its own, so one file runs at a time.
        test: {
          name: "browser",
          include: browserTests,
          testTimeout: 60_000,
          expect: { poll },
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/test/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          expect: { poll },
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: "natlab",
          include: ["natlab/test/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll },
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
});
