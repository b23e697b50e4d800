import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isInstalled } from "../install.mjs";
import { countsOf } from "../vitest.mjs";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "llmrtc-set-up-"));
  mkdirSync(path.join(folder, "node_modules"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("whether packages are installed", () => {
  const wanted = {
    "": { name: "root" },
    "packages/core": { version: "0.1.0" },
    "node_modules/a": { version: "1.0.0" },
    "node_modules/a/node_modules/b": { version: "2.0.0" },
    "node_modules/for-another-system": { version: "1.0.0", optional: true },
  };
  const lock = (packages) => {
    put("package-lock.json", { packages });
  };
  const installed = (packages) => {
    put("node_modules/.package-lock.json", { packages });
  };
  const put = (file, value) => {
    writeFileSync(path.join(folder, file), JSON.stringify(value));
  };

  test("they are when all are there, but for those of other systems", () => {
    lock(wanted);
    const { "node_modules/for-another-system": _, "": __, ...there } = wanted;
    installed(there);
    expect(isInstalled(folder)).toBe(true);
  });

  test("they are not before the first installation", () => {
    lock(wanted);
    expect(isInstalled(folder)).toBe(false);
  });

  test.each(["node_modules/a", "node_modules/a/node_modules/b"])(
    "they are not without %s",
    (name) => {
      lock(wanted);
      const { [name]: _, ...there } = wanted;
      installed(there);
      expect(isInstalled(folder)).toBe(false);
    },
  );

  test("they are not when the lock file wants another version", () => {
    lock(wanted);
    installed({ ...wanted, "node_modules/a": { version: "1.0.1" } });
    expect(isInstalled(folder)).toBe(false);
  });
});

describe("what a test run counts", () => {
  const report = (content) => {
    const file = path.join(folder, "report.json");
    const none = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
    writeFileSync(file, JSON.stringify({ ...none, testResults: [], ...content }));
    return file;
  };

  test("tests that passed, failed and were skipped", () => {
    const file = report({ numPassedTests: 3, numFailedTests: 1, numPendingTests: 2 });
    expect(countsOf(file, false)).toEqual({ passed: 3, failed: 1, skipped: 2 });
  });

  test("a file that could not be loaded is one failure", () => {
    const testResults = [{ status: "failed", assertionResults: [] }];
    const file = report({ numPassedTests: 3, testResults });
    expect(countsOf(file, false)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  test("a run that ended badly is a failure even if every test passed", () => {
    expect(countsOf(report({ numPassedTests: 3 }), false).failed).toBe(1);
  });

  test("a run without a report is a failure", () => {
    const nowhere = path.join(folder, "none.json");
    expect(countsOf(nowhere, false).failed).toBe(1);
    expect(countsOf(nowhere, true).failed).toBe(1);
  });
});
