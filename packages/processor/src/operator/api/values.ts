import { type AttoUsd, formatUsd } from "@keeptabs/pricing";
import { z } from "zod";
import type { AskedPeriod } from "../asked-period.ts";

/** An amount as the API gives it. */
export const usd: z.ZodString = z
  .string()
  .regex(/^-?\d+(\.\d{1,18})?$/)
  .describe("USD as a decimal string, exact to 1e-18.");

/** An amount that may not be known. */
export const usdOrUnknown: z.ZodNullable<z.ZodString> = usd
  .nullable()
  .describe("USD as a decimal string; null when it is not known, which is not zero.");

/** A number of things. */
export const count: z.ZodInt = z.int().min(0);

/** A customer id, one of the special ones included. */
export const customerId: z.ZodString = z
  .string()
  .describe("The customer's id; `__unattributed__` stands for calls that name none.");

/** As OpenTelemetry writes ids. */
export const traceId: z.ZodString = z.string().regex(/^[0-9a-f]{32}$/);
export const spanId: z.ZodString = z.string().regex(/^[0-9a-f]{16}$/);

/** RFC 3339 in UTC. */
export const instant: z.ZodISODateTime = z.iso.datetime();

/** `YYYY-MM`. */
export const monthName: z.ZodString = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);

/** The fields that say which period an answer is about. */
export const periodFields: {
  readonly from: z.ZodISODateTime;
  readonly to: z.ZodISODateTime;
  readonly month: z.ZodOptional<z.ZodString>;
  readonly time_zone: z.ZodString;
} = {
  from: instant,
  to: instant.describe("Not included."),
  month: monthName.optional().describe("The month, when it is one."),
  time_zone: z.string(),
};

/** The same for one period. */
export function periodJson({ period, timeZone, month }: AskedPeriod): {
  from: string;
  to: string;
  month?: string;
  time_zone: string;
} {
  return {
    from: new Date(period.fromMs).toISOString(),
    to: new Date(period.untilMs).toISOString(),
    ...(month === undefined ? {} : { month }),
    time_zone: timeZone,
  };
}

/** What is not known is null, never zero. */
export function optionalUsd(amount: AttoUsd | undefined): string | null {
  return amount === undefined ? null : formatUsd(amount);
}
