import * as z from "zod/mini";

// A page pays for each kind of schema that the server's messages use: zod's own string, number, boolean and
// array would cost it 730 bytes. What JSON holds needs less than they do.

export const string = fitting<string>((value) => typeof value === "string");
export const number = fitting<number>(Number.isFinite);
export const boolean = z.literal([true, false]);

export function array<T>(element: z.ZodMiniType<T>): z.ZodMiniType<T[], T[]> {
  return fitting((value) => {
    return Array.isArray(value) && value.every((one) => element.safeParse(one).success);
  });
}

/** A value that `fits`, which is trusted in what that means for its type. */
export function fitting<T>(fits: (value: unknown) => boolean): z.ZodMiniType<T, T> {
  const schema = z.unknown().check(({ value, issues }) => {
    if (!fits(value)) issues.push({ code: "custom", input: value });
  });
  return schema as unknown as z.ZodMiniType<T, T>;
}
