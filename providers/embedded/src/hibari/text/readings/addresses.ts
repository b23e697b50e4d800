import { anyOf } from "../characters.ts";
import { rewrite, type Rewrite } from "../rewrite.ts";
import { digitsInName } from "./number-forms.ts";

/** Endings of host names, and how those are said that are no words. */
const domains: ReadonlyMap<string, string> = new Map([
  ...["com", "org", "net", "info", "biz", "dev", "app", "me", "tech", "cloud", "page", "shop"].map(
    (name): [string, string] => [name, name],
  ),
  ["edu", "EDU"],
  ["gov", "guv"],
  ["io", "I.O"],
  ["ai", "A.I"],
  ["co", "co"],
  ["ly", "LY"],
  ...["uk", "us", "de", "fr", "ca", "au", "eu", "ch", "nl", "es", "tv", "jp", "cn", "br", "nz"].map(
    (name): [string, string] => [name, spelled(name)],
  ),
]);

/** Endings of file names, and how they are said. */
const fileEndings: ReadonlyMap<string, string> = new Map([
  ...["zip", "doc", "log", "lock", "gif", "bin", "env", "bat", "conf", "bak"].map(
    (name): [string, string] => [name, name],
  ),
  ..."pdf txt js ts py md html css png csv xml exe sh jsx tsx rs svg xls ppt iso gz rb cpp php"
    .split(" ")
    .map((name): [string, string] => [name, spelled(name)]),
  ["json", "Jason"],
  ["yaml", "yammel"],
  ["yml", "yammel"],
  ["jpg", "J peg"],
  ["jpeg", "J peg"],
  ["docx", "doc X"],
  ["xlsx", "XLS X"],
  ["pptx", "PPT X"],
  ["mp3", "MP 3"],
  ["mp4", "MP 4"],
  ["wav", "wave"],
  ["toml", "tommel"],
  ["sql", "sequel"],
  ["wasm", "wazzem"],
  ["onnx", "onyx"],
  ["tar", "tar"],
]);

const marks: ReadonlyMap<string, string> = new Map([
  [".", "dot"],
  ["/", "slash"],
  ["\\", "backslash"],
  ["-", "dash"],
  ["_", "underscore"],
  ["+", "plus"],
  ["@", "at"],
  [":", "colon"],
  ["?", "question mark"],
  ["=", "equals"],
  ["&", "and"],
  ["#", "hash"],
  ["%", "percent"],
  ["~", "tilde"],
]);

/** In capitals a name is spelled, unless it is a word; a dot inside spells that too. */
function spelled(name: string): string {
  return name === "es" ? "E.S" : name.toUpperCase();
}

/** Letters as they are, digits apart, marks by name. */
function inWords(part: string): string {
  const pieces = part.match(/\p{L}+|\p{N}+|[^\p{L}\p{N}]/gu) ?? [];
  return pieces
    .map((piece) => (/^[0-9]/.test(piece) ? digitsInName(piece) : (marks.get(piece) ?? piece)))
    .join(" ");
}

/** `mail.example.co.uk` → `mail dot example dot co dot UK`. */
function hostInWords(host: string): string {
  const labels = host.split(".");
  return labels
    .map((label, i) => {
      if (label === "www" && i === 0) return "W W W";
      const isEnding = i >= labels.length - (domains.has(labels.at(-2) ?? "") ? 2 : 1) && i > 0;
      return (isEnding ? domains.get(label) : undefined) ?? inWords(label);
    })
    .join(" dot ");
}

function pathInWords(path: string): string {
  const inside = path.endsWith("/") ? path.slice(0, -1) : path;
  const ending = /\.([a-z0-9]{2,4})$/u.exec(inside);
  const said = ending === null ? undefined : fileEndings.get(ending[1] ?? "");
  if (ending === null || said === undefined) return inWords(inside);
  return `${inWords(inside.slice(0, ending.index))} dot ${said}`;
}

const label = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?`;
const notInName = String.raw`(?<![\p{L}\p{N}_.@/+\-])`;

/** One name before one ending, such as `support@example.com`: its dot is said in passing. */
const plainMail = /^[a-z]+@[a-z]+\.com$/u;

const mail = rewrite(
  new RegExp(
    String.raw`${notInName}([\p{L}\p{N}][\p{L}\p{N}_.+-]{0,63})@(${label}(?:\.${label}){1,5})`,
    "gu",
  ),
  ([address, name = "", host = ""]) =>
    plainMail.test(address)
      ? `${name} at ${host.slice(0, -4)} [dot](/dˌɑt/) com`
      : `${inWords(name)} at ${hostInWords(host)}`,
);

const web = rewrite(
  new RegExp(
    String.raw`${notInName}(?:(?:https?|wss?|ftp)://((?:${label})(?:\.${label}){0,5})|(www(?:\.${label}){2,5}|(?:${label}\.){1,5}(?:${anyOf(domains.keys())})(?![\p{L}\p{N}_@-]|\.[\p{L}\p{N}])))(:\d{2,5})?((?:/[\p{L}\p{N}\-._~%+=&?#/:@]{0,300})?(?<![.?:]))`,
    "gu",
  ),
  ([, host = "", bare = "", port = "", path = ""]) =>
    [hostInWords(host || bare), inWords(port), pathInWords(path)].filter(Boolean).join(" "),
);

/** Said without the dot, the way their users do. */
const namesWithEnding = /^(?:node|next|vue|nuxt|express|three|d3|deno|socket)\.(?:js|io)$/iu;

const files = rewrite(
  new RegExp(
    String.raw`${notInName}([\p{L}\p{N}][\p{L}\p{N}_-]{0,63}(?:\.[\p{L}\p{N}_-]{1,20}){0,2})\.(${anyOf(fileEndings.keys())})(?![\p{L}\p{N}_-]|\.[\p{L}\p{N}])`,
    "gu",
  ),
  ([name, stem = "", ending = ""]) =>
    namesWithEnding.test(name)
      ? name
      : `${stem.split(".").map(fileStem).join(" dot ")} dot ${fileEndings.get(ending) ?? ending}`,
);

/** Nobody says the underscores of a file name. */
function fileStem(stem: string): string {
  return inWords(stem.replace(/[_-]+/g, " ")).replace(/ +/g, " ").trim();
}

const homeFolder = rewrite(/(?<![^\s("'])~\/(?=[\p{L}\p{N}.])/gu, () => "tilde slash ");
const drive = rewrite(
  /(?<![\p{L}\p{N}])([A-Za-z]):\\([\p{L}\p{N}_\\-]{0,200})/gu,
  ([, letter = "", path = ""]) => `${letter} colon backslash ${inWords(path)}`,
);

/** E-mail and web addresses, file names and paths: `jane.doe@mail.co.uk`, `example.io/api`, `a.json`. */
export const addresses: readonly Rewrite[] = [mail, web, files, homeFolder, drive];
