// The doctor's checks, run by doctor-apart.ts in a process that it may end at any time.
// Usage: doctor-process <options as JSON> <when the doctor was called, in ms since 1970>
import { diagnose, type DoctorOptions } from "./doctor.ts";

/** So long after the call the checks are over, also where starting two processes took a while. */
const allByMs = 4_500;
const leastMs = 2_000;
const mostMs = 3_800;

const [options = "{}", calledAt = ""] = process.argv.slice(2);
process.on("disconnect", () => {
  process.kill(process.pid, "SIGKILL"); // nobody is there to be told
});
const left = Number(calledAt) + allByMs - Date.now();
const diagnosis = await diagnose(process.env, {
  ...(JSON.parse(options) as DoctorOptions),
  withinMs: Math.min(mostMs, Math.max(leastMs, left)),
});
process.send?.(diagnosis);
