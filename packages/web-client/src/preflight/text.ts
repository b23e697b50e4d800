import type { Check, PreflightReport } from "./report.ts";

/** The report as plain text, to send to support. */
export function preflightText(report: PreflightReport): string {
  const { server, path, microphone, iceServers } = report;
  const name = microphone.label ? `"${microphone.label}" ` : "";
  return [
    `LLMRTC connection check, ${report.startedAt}`,
    `${report.verdict.toUpperCase()}: ${report.summary}`,
    `Page ${report.page}, ${(report.tookMs / 1000).toFixed(1)} s`,
    report.browser,
    "",
    ...line("Server", server.url, server),
    ...line("WebRTC", "", path),
    ...line("Microphone", name, microphone),
    ...iceServers.flatMap((one) => line(one.kind.toUpperCase(), one.url, one)),
    "",
  ].join("\n");
}

function line(name: string, subject: string, check: Check): string[] {
  const { verdict, finding, remedy, reason } = check;
  const why = reason ? ` [${reason}]` : "";
  const about = subject ? `${subject.trim()}: ` : "";
  return [
    `${verdict.padEnd(8)} ${name.padEnd(11)} ${about}${finding}${why}`,
    ...(remedy ? [`${" ".repeat(21)}-> ${remedy}`] : []),
  ];
}
