import * as z from "zod/mini";

// A page pays for each kind of schema that the server's messages use. What only a few fields need is
// said with the kinds that are there anyway.

/** As `z.boolean`. */
export const boolean = z.literal([true, false]);

/** A value that `fits`, which is trusted in what it means for the type. */
export function fitting<T>(fits: (value: unknown) => boolean): z.ZodMiniType<T, T> {
  const schema = z.unknown().check(({ value, issues }) => {
    if (!fits(value)) issues.push({ code: "custom", input: value });
  });
  return schema as unknown as z.ZodMiniType<T, T>;
}
