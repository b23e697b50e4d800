/**
 * Sets values in a file of `key=value` lines.
 *
 * @param values one line for each; the key must be there already, perhaps as a comment (`#key=`), so that
 *   a file that people copy says all that must be set
 */
export function fillIn(config: string, values: Record<string, readonly string[]>): string {
  let text = config;
  for (const [key, all] of Object.entries(values)) {
    const line = new RegExp(`^#?${key}=.*$`, "m");
    if (!line.test(text)) throw new Error(`the file has no line ${key}=`);
    const lines = all.map((value) => `${key}=${value}`).join("\n");
    text = text.replace(line, () => lines);
  }
  return text;
}
