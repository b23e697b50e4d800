// Opens a lab with a program in it and waits to be ended, for the test of the janitor.
import { Lab } from "./lab.ts";

const lab = await Lab.open();
lab.start("turn", "sleep", ["1000"], { stdio: "ignore" });
process.stdout.write(JSON.stringify({ id: lab.id, janitor: lab.janitorPid }));
setInterval(() => undefined, 1000);
