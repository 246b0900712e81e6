import { formatUsd, subtractUsd, sumUsd } from "@keeptabs/pricing";
import { readIdentity } from "@keeptabs/usage";
import { z } from "zod";
import type { RepricedCalls } from "../../repricing.ts";
import { askedPeriod, PERIOD_PARAMETERS } from "../asked-period.ts";
import { flag, needed, text } from "../parameters.ts";
import { badFields, Problem } from "../problem.ts";
import { type ApiRoute, adminRoute } from "./api-route.ts";
import { count, customerId, instant, usd } from "./values.ts";

/** `POST /api/v1/customers/{customer}/forget` */
export const forgetRoute: ApiRoute = adminRoute({
  path: "/api/v1/customers/:customer/forget",
  summary: "Forget a customer for ever",
  description:
    "Puts a pseudonym in the place of the identity in the ledger and everything that is made from it, and removes bodies that were kept aside and hold it. All sums stay. It can't be undone; backups and the configuration are not changed.",
  pathParts: {
    customer: { description: "The customer's exact id.", schema: { type: "string", maxLength: 128 } },
  },
  parameters: {},
  mayMiss: true,
  answers: z.strictObject({
    in_ledger: z.boolean().describe("Whether the ledger knew the customer."),
    files_removed: count.describe("Files beside the ledger that held the identity."),
    named_in_configuration: z
      .array(z.string())
      .describe("Where keeptabs.yaml still names the customer; take it out there."),
  }),
  answer: async ({ path, administration, by }) => {
    const read = readIdentity(path["customer"] ?? "");
    if (read.kind === "refused") {
      throw badFields([
        { field: "customer", detail: `can't be a customer's id: ${read.problem.replaceAll("_", " ")}` },
      ]);
    }
    const forgotten = await administration.forget(read.id, by);
    if (forgotten === undefined) throw new Problem(404, "there is no such customer");
    return {
      in_ledger: forgotten.inLedger,
      files_removed: forgotten.filesRemoved,
      named_in_configuration: [...forgotten.namedInConfiguration],
    };
  },
});

const repriced = {
  calls: count,
  before_usd: usd,
  after_usd: usd,
  difference_usd: usd,
};

/** `POST /api/v1/reprice` */
export const repriceRoute: ApiRoute = adminRoute({
  path: "/api/v1/reprice",
  summary: "Charge the calls of a period by the prices in force now",
  description:
    "What differs is booked as adjustments in the periods of the calls; calls that cost the same are left alone, so that it may be asked for again.",
  parameters: {
    from: needed(PERIOD_PARAMETERS.from),
    to: needed(PERIOD_PARAMETERS.to),
    tz: PERIOD_PARAMETERS.tz,
    reason: text("Why, for the adjustments.", "prices were corrected"),
    dry_run: flag("Only tells what would be booked."),
  },
  answers: z.strictObject({
    from: instant,
    to: instant.describe("Not included."),
    dry_run: z.boolean(),
    currency: z.literal("USD"),
    rows: z.array(
      z.strictObject({
        customer: customerId,
        price_before: z.string().nullable().describe("Version of the price; null for none."),
        price_now: z.string().nullable(),
        ...repriced,
      }),
    ),
    total: z.strictObject(repriced),
  }),
  answer: async ({ view, asked, administration, by }) => {
    const { fromMs, untilMs } = askedPeriod({ ...asked, month: undefined }, view).period;
    const dryRun = asked.dry_run;
    const reason = asked.reason ?? "prices were corrected";
    const rows = await administration.reprice({ fromMs, untilMs, reason, dryRun }, by);
    return {
      from: new Date(fromMs).toISOString(),
      to: new Date(untilMs).toISOString(),
      dry_run: dryRun,
      currency: "USD" as const,
      rows: rows.map(({ customer, priceBefore, priceNow, ...sums }) => ({
        customer,
        price_before: priceBefore ?? null,
        price_now: priceNow ?? null,
        ...repricedJson(sums),
      })),
      total: repricedJson({
        calls: rows.reduce((sum, { calls }) => sum + calls, 0),
        before: sumUsd(rows.map(({ before }) => before)),
        after: sumUsd(rows.map(({ after }) => after)),
      }),
    };
  },
});

function repricedJson({ calls, before, after }: Pick<RepricedCalls, "calls" | "before" | "after">): {
  calls: number;
  before_usd: string;
  after_usd: string;
  difference_usd: string;
} {
  return {
    calls,
    before_usd: formatUsd(before),
    after_usd: formatUsd(after),
    difference_usd: formatUsd(subtractUsd(after, before)),
  };
}
