import { marginReport } from "@keeptabs/billing";
import { type AttoUsd, formatUsd, roundUsd } from "@keeptabs/pricing";
import { unpricedNote } from "./report-form.ts";
import { type CommonOptions, configFor, periodFor, readerFor } from "./settings.ts";
import { table } from "./table.ts";
import { EXIT_DONE, type Terminal } from "./terminal.ts";

/** Options of `keeptabs margin`. */
export interface MarginOptions extends CommonOptions {
  readonly month?: string;
  readonly json?: boolean;
}

/** Cost beside revenue for each customer of a month. */
export function margin(options: MarginOptions, terminal: Terminal): number {
  const config = configFor(options);
  const period = periodFor(options.month, config, terminal.now());
  const reader = readerFor(config);
  try {
    const result = marginReport(reader, config.customers, period);
    const optional = (amount: AttoUsd | undefined, show: (known: AttoUsd) => string): string =>
      amount === undefined ? "not known" : show(amount);
    if (options.json === true) {
      const rows = result.rows.map((row) => ({
        customer: row.customer,
        name: row.name,
        plan: row.plan ?? null,
        calls: row.calls,
        unpriced_calls: row.unpricedCalls,
        cost: formatUsd(row.net),
        revenue: row.revenue === undefined ? null : formatUsd(row.revenue),
        margin: row.margin === undefined ? null : formatUsd(row.margin),
        margin_ratio: row.marginRatio ?? null,
      }));
      terminal.out(`${JSON.stringify({ month: period.name, currency: "USD", rows }, undefined, 2)}\n`);
      return EXIT_DONE;
    }
    const cents = (amount: AttoUsd): string => roundUsd(amount, 2);
    terminal.out(`Margin per customer in ${period.name} (${config.timeZone})\n\n`);
    terminal.out(
      table(
        [
          { heading: "customer" },
          { heading: "plan" },
          { heading: "revenue USD", numeric: true },
          { heading: "cost USD", numeric: true },
          { heading: "margin USD", numeric: true },
          { heading: "margin", numeric: true },
          { heading: "unpriced", numeric: true },
        ],
        result.rows.map((row) => [
          row.customer,
          row.plan ?? "",
          optional(row.revenue, cents),
          cents(row.net),
          optional(row.margin, cents),
          row.marginRatio === undefined ? "" : `${(row.marginRatio * 100).toFixed(1)} %`,
          String(row.unpricedCalls),
        ]),
      ),
    );
    terminal.out(unpricedNote(result.unpricedCalls));
    if (config.customers.size === 0) {
      terminal.out("\nNo revenue is known: list customers with their monthly revenue in keeptabs.yaml.\n");
    }
    return EXIT_DONE;
  } finally {
    reader.close();
  }
}
