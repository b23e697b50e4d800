import fc from "fast-check";
import type * as z from "zod/mini";

interface Definition {
  readonly type: string;
  readonly format?: string;
  readonly values?: readonly string[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly shape?: Readonly<Record<string, z.ZodMiniType>>;
  readonly element?: z.ZodMiniType;
  readonly innerType?: z.ZodMiniType;
  readonly options?: readonly z.ZodMiniType[];
  readonly in?: z.ZodMiniType;
  readonly out?: z.ZodMiniType;
  readonly checks?: readonly z.core.$ZodCheck[];
  readonly catchall?: z.ZodMiniType;
}

/** Values that a schema accepts, made from the schema itself, so that no message is forgotten. */
export function arbitraryOf(schema: z.ZodMiniType | undefined): fc.Arbitrary<unknown> {
  if (!schema) throw new Error("A part of the schema is missing");
  const definition = schema._zod.def as unknown as Definition;
  switch (definition.type) {
    case "string":
      return definition.format === "base64" ? fc.base64String() : text(definition);
    case "number":
      return number(definition);
    case "boolean":
      return fc.boolean();
    case "unknown":
      return definition.checks ? fitting(schema) : fc.jsonValue();
    case "literal":
      return fc.constantFrom(...(definition.values ?? []));
    case "enum":
      return fc.constantFrom(...Object.values(definition.entries ?? {}));
    case "array":
      return fc.array(arbitraryOf(definition.element), { maxLength: 8 });
    case "nullable":
      return fc.option(arbitraryOf(definition.innerType), { nil: null });
    case "optional":
    case "default":
      return arbitraryOf(definition.innerType);
    case "pipe":
      return arbitraryOf(definition.out);
    case "union":
      return fc.oneof(...(definition.options ?? []).map(arbitraryOf));
    case "object":
      // Any keys: the door drops `__proto__`, as it should.
      if (definition.catchall) {
        return fc.dictionary(
          fc.string().filter((key) => key !== "__proto__"),
          fc.jsonValue(),
        );
      }
      return objects(definition.shape ?? {});
    default:
      throw new Error(`No arbitrary for ${definition.type}`);
  }
}

/** Keys that are always sent: those that are neither optional nor have a default. */
export function requiredKeys(shape: Readonly<Record<string, z.ZodMiniType>>): string[] {
  return Object.keys(shape).filter((key) => shape[key]?._zod.optin === undefined);
}

const finite = { noNaN: true, noDefaultInfinity: true };
const anything = fc.oneof(
  fc.double(finite),
  fc.string(),
  fc.array(fc.string()),
  fc.array(fc.record({ urls: fc.string(), credential: fc.string() })),
  fc.record({ candidate: fc.string() }),
  fc.constant(null),
);

/** What a check takes that does not say so is found by trying. */
function fitting(schema: z.ZodMiniType): fc.Arbitrary<unknown> {
  return anything.filter((value) => schema.safeParse(value).success);
}

function objects(shape: Readonly<Record<string, z.ZodMiniType>>): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(shape).map(([key, field]) => [key, arbitraryOf(field)]),
  );
  return fc.record(fields, { requiredKeys: requiredKeys(shape) });
}

function number({ checks = [] }: Definition): fc.Arbitrary<number> {
  const limits = checks.map((check) => check._zod.def as { check?: string; value?: number });
  const limit = (name: string) => limits.find(({ check }) => check === name)?.value;
  return fc.double({
    noNaN: true,
    min: limit("greater_than") ?? -Number.MAX_VALUE,
    max: limit("less_than") ?? Number.MAX_VALUE,
  });
}

function text({ checks = [] }: Definition): fc.Arbitrary<string> {
  const limits = checks.map((check) => check._zod.def as { minimum?: number; maximum?: number });
  const minLength = Math.max(0, ...limits.map(({ minimum }) => minimum ?? 0));
  const maxLength = Math.min(100, ...limits.map(({ maximum }) => maximum ?? 100));
  return fc.string({ unit: "grapheme", minLength, maxLength }).filter((s) => s.length <= maxLength);
}
