import * as z from "zod/mini";

// A page pays for each kind of schema that the server's messages use. What can be said with the kinds that
// are there anyway is said with them.

/** As `z.boolean`. */
export const boolean = z.literal([true, false]);

/** As `z.number`. */
export const number = fitting<number>(Number.isFinite);

/** A value that `fits`, which is trusted in what that means for its type. */
export function fitting<T>(fits: (value: unknown) => boolean): z.ZodMiniType<T, T> {
  const schema = z.unknown().check(({ value, issues }) => {
    if (!fits(value)) issues.push({ code: "custom", input: value });
  });
  return schema as unknown as z.ZodMiniType<T, T>;
}
