/** More series than this of one metric share one: whatever comes in tags must not fill the memory. */
const mostSeries = 200;
const mostLabels = 10;
const longestLabel = 120;
/** What names a person, a call or a secret is no label, whoever sets it as a tag. */
const personal: ReadonlySet<string> = new Set(
  "id ids ip user username email phone address token secret key password credential".split(" "),
);
/** The bucket of a histogram. */
const reserved = "le";

/** As programs without types may give them. */
type Tags = Readonly<Record<string, unknown>>;

/** The tags of a new metric that become its labels. */
export function labelsFrom(tags: Tags): readonly string[] {
  const byName = new Map<string, string>();
  for (const tag of Object.keys(tags).filter(isLabel)) {
    if (!byName.has(plain(tag))) byName.set(plain(tag), tag);
  }
  return [...byName.values()].slice(0, mostLabels);
}

/** The labels of one number. @param series values that the metric has had; a new one is added */
export function labelValues(
  { labels, series }: { readonly labels: readonly string[]; readonly series: Set<string> },
  tags: Tags,
): Record<string, string> {
  const values = labels.map((label) => asText(tags[label]).slice(0, longestLabel));
  const key = JSON.stringify(values);
  const isNew = !series.has(key);
  if (isNew && series.size >= mostSeries) values.fill("other");
  else if (isNew) series.add(key);
  return Object.fromEntries(labels.map((label, at) => [plain(label), values[at] ?? ""]));
}

/** Names and labels of Prometheus have letters, digits and underscores. */
export function plain(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "_");
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function isLabel(tag: string): boolean {
  const words = tag.split(/(?=[A-Z])|[^a-zA-Z]+/).map((word) => word.toLowerCase());
  return tag !== reserved && /^[a-zA-Z]/.test(tag) && !words.some((word) => personal.has(word));
}
