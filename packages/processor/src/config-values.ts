import { parseUsd } from "@keeptabs/pricing";
import { readIdentity } from "@keeptabs/usage";
import { z } from "zod";

/** USD as a decimal string or a plain number; kept as text, so that no digit is lost. */
export const money: z.ZodType<string> = z.union([z.string(), z.number()]).transform((value, context) => {
  try {
    parseUsd(String(value));
    return String(value);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
    return z.NEVER;
  }
});

/** A customer id or feature name. */
export const identity: z.ZodType<string> = z.string().transform((value, context) => {
  const read = readIdentity(value);
  if (read.kind === "identity") return read.id;
  context.addIssue({ code: "custom", message: `"${value}" can't be an id: ${read.problem}` });
  return z.NEVER;
});
