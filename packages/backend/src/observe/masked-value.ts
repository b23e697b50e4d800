type Mask = (text: string) => string;

/** As deep as pino writes; what lies deeper is left out where something is masked. */
const mostLevels = 5;
const tooDeep = "[…]";

/**
 * A value to be logged, with `mask` applied to every text in it: names of fields, lists, errors with
 * their stack, causes and further fields. What needs no masking is the value itself; of the others a
 * copy is made, in which errors stay errors, with their names.
 *
 * @throws what a getter of the value throws
 */
export function maskedValue(
  value: unknown,
  mask: Mask,
  copies = new Map<object, unknown>(),
  level = 0,
): unknown {
  if (typeof value === "string") return mask(value);
  if (!isObject(value)) return value;
  if (copies.has(value)) return copies.get(value); // also on the way round
  if (!needsMask(value, mask)) return value;
  if (level > mostLevels) return tooDeep;
  if (value instanceof URL) return mask(value.href);
  const copy: object = value instanceof Error ? new Error() : isList(value) ? [] : {};
  copies.set(value, copy);
  for (const [name, part] of partsOf(value)) {
    Object.defineProperty(copy, mask(name), {
      value: maskedValue(part, mask, copies, level + 1),
      enumerable: !(value instanceof Error && hidden.includes(name)),
      configurable: true,
      writable: true,
    });
  }
  return copy;
}

function needsMask(value: unknown, mask: Mask, seen = new Set<unknown>(), level = 0): boolean {
  if (typeof value === "string") return mask(value) !== value;
  if (!isObject(value) || seen.has(value)) return false;
  if (level > mostLevels) return true; // nobody knows
  seen.add(value);
  return partsOf(value).some(
    ([name, part]) => mask(name) !== name || needsMask(part, mask, seen, level + 1),
  );
}

/** Fields of an error that loggers know, and do not list among its others. */
const hidden: readonly string[] = ["name", "message", "stack", "cause", "errors"];

/** What a logger would write of an object, by name. */
function partsOf(value: object): [string, unknown][] {
  if (ArrayBuffer.isView(value)) return []; // no text
  if (value instanceof Error) {
    const known = hidden.filter((name) => name in value).map((name) => [name, field(value, name)]);
    return [...(known as [string, unknown][]), ...Object.entries(value)];
  }
  if (value instanceof Map || value instanceof Set) return Object.entries([...value]);
  if (value instanceof URL) return [["href", value.href]];
  return Object.entries(value);
}

function field(value: object, name: string): unknown {
  return (value as Record<string, unknown>)[name];
}

function isList(value: object): boolean {
  return Array.isArray(value) || value instanceof Map || value instanceof Set;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
