import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { Lab } from "../src/lab.ts";
import { program } from "../src/programs.ts";

function remainsOf(id: string): string[] {
  return ["/run/netns", "/etc/netns", "/tmp"].flatMap((folder) =>
    readdirSync(folder).filter((name) => name.startsWith(id)),
  );
}

test("two labs stand side by side, and neither leaves anything behind", async () => {
  const labs = await Promise.all([Lab.open(), Lab.open()]);
  for (const lab of labs) {
    const reply = await lab.run("caller", "ip", ["-br", "addr", "show", "dev", "wifi"]);
    expect(reply).toContain("10.0.1.2/24");
    lab.start("turn", "sleep", ["1000"], { stdio: "ignore" });
  }
  await Promise.all(labs.map((lab) => lab.close()));
  for (const { id, programs } of labs) {
    expect(remainsOf(id)).toEqual([]);
    expect(existsSync(programs)).toBe(false);
  }
});

test.each(["SIGINT", "SIGKILL"] as const)("%s leaves nothing behind", async (signal) => {
  const lab = await Lab.open();
  const file = await program(lab, "idle-lab");
  const other = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"] });
  const [output] = (await once(other.stdout, "data")) as [Buffer];
  const { id, janitor } = JSON.parse(output.toString()) as { id: string; janitor: number };
  expect(remainsOf(id).length).toBeGreaterThan(0);
  other.kill(signal);
  await once(other, "exit");
  await expect.poll(() => existsSync(`/proc/${janitor}`), { timeout: 15_000 }).toBe(false);
  expect(remainsOf(id)).toEqual([]);
  await lab.close();
});
