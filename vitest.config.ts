import { defineConfig } from "vitest/config";

/** Packages are imported as users import them, from their built `dist`: build before testing. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/test/**/*.test.ts", "providers/*/test/**/*.test.ts"],
          testTimeout: 20_000,
        },
      },
    ],
  },
});
