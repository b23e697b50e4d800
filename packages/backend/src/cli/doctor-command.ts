import { type Command, InvalidArgumentError } from "commander";
import { diagnoseApart } from "./doctor-apart.ts";
import { diagnosisTable } from "./doctor-table.ts";

interface Flags {
  readonly json?: boolean;
  readonly udpPorts?: readonly [number, number];
  readonly timeFrom?: string;
  /** Of the program: where the server would listen. */
  readonly port?: number;
  readonly host?: string;
}

/** `llmrtc-backend doctor`. Exits with 0 when nothing failed and with 1 when something did. */
export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("check addresses, ports, STUN and TURN servers; takes less than 5 s")
    .helpOption("--help", "show this help")
    .option("--json", "print JSON instead of a table")
    .option("--udp-ports <first-last>", "UDP ports that calls may use (default: PORT_RANGE)", ports)
    .option("--time-from <url>", "a web server whose clock to compare this machine's with", webUrl)
    .addHelpText("after", "\n-p and -h say where the server would listen, as without a command.")
    .action(async (_flags: object, command: Command) => {
      await report(command.optsWithGlobals());
    });
}

async function report({ json = false, ...options }: Flags): Promise<void> {
  const diagnosis = await diagnoseApart(options);
  const { isTTY, columns } = process.stdout;
  const colour = isTTY && !process.env["NO_COLOR"];
  const text = json
    ? `${JSON.stringify(diagnosis, null, 2)}\n`
    : diagnosisTable(diagnosis, { colour, width: isTTY ? columns : 100 });
  process.stdout.write(text);
  if (diagnosis.verdict === "failed") process.exitCode = 1;
}

function ports(value: string): readonly [number, number] {
  const [, first, last] = (/^(\d{1,5})-(\d{1,5})$/.exec(value) ?? []).map(Number);
  if (first === undefined || last === undefined || first < 1 || first >= last || last > 65_535) {
    throw new InvalidArgumentError("give the first and the last port, such as 49152-65535.");
  }
  return [first, last];
}

function webUrl(value: string): string {
  if (/^https?:\/\//i.test(value) && URL.canParse(value)) return value;
  throw new InvalidArgumentError("give an address such as https://example.com.");
}
