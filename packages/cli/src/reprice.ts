import { formatUsd, parseUsd, subtractUsd } from "@keeptabs/pricing";
import { PriceSource, type RepricedCalls, repriceCalls } from "@keeptabs/processor";
import { askProcessor, type ProcessorOptions } from "./running-processor.ts";
import { askedPeriod, type CommonOptions, configFor, readerFor } from "./settings.ts";
import { table } from "./table.ts";
import { EXIT_DONE, type Terminal } from "./terminal.ts";
import { ledgerToChange } from "./writable-ledger.ts";

/** Options of `keeptabs reprice`. */
export interface RepriceOptions extends CommonOptions, ProcessorOptions {
  readonly from: string;
  readonly to: string;
  readonly dryRun?: boolean;
  readonly reason: string;
  readonly json?: boolean;
}

/** Charges the calls of a period by the prices in force now, and books what differs as adjustments. */
export async function reprice(options: RepriceOptions, terminal: Terminal): Promise<number> {
  // Of a processor that does it, nothing is known here of its time zone.
  const period = askedPeriod(options, "UTC", terminal.now());
  const { processor } = options;
  const differences =
    processor === undefined
      ? await repriceInFile(period, options, terminal)
      : await repriceByProcessor(period, { ...options, processor });
  tell(differences, options, terminal);
  return EXIT_DONE;
}

interface Asked {
  readonly fromMs: number;
  readonly untilMs: number;
}

async function repriceInFile(
  period: Asked,
  options: RepriceOptions,
  terminal: Terminal,
): Promise<readonly RepricedCalls[]> {
  const config = configFor(options);
  const query = {
    ...period,
    priceBook: PriceSource.open(config.prices).book,
    overrides: config.prices.overrides,
  };
  const reader = readerFor(config);
  try {
    // A dry run only looks, so that it may run beside the processor.
    if (options.dryRun === true) return await repriceCalls(reader, query, undefined);
    const ledger = await ledgerToChange(config);
    try {
      return await repriceCalls(reader, query, (repricings) =>
        ledger.reprice(repricings, options.reason, BigInt(terminal.now()) * 1_000_000n),
      );
    } finally {
      await ledger.close();
    }
  } finally {
    reader.close();
  }
}

interface AnswerRow {
  readonly customer: string;
  readonly price_before: string | null;
  readonly price_now: string | null;
  readonly calls: number;
  readonly before_usd: string;
  readonly after_usd: string;
}

async function repriceByProcessor(
  { fromMs, untilMs }: Asked,
  options: RepriceOptions & { readonly processor: string },
): Promise<readonly RepricedCalls[]> {
  const answer = await askProcessor(options, "/api/v1/reprice", {
    from: new Date(fromMs).toISOString(),
    to: new Date(untilMs).toISOString(),
    reason: options.reason,
    dry_run: String(options.dryRun === true),
  });
  return (answer["rows"] as readonly AnswerRow[]).map((row) => ({
    customer: row.customer,
    priceBefore: row.price_before ?? undefined,
    priceNow: row.price_now ?? undefined,
    calls: row.calls,
    before: parseUsd(row.before_usd),
    after: parseUsd(row.after_usd),
  }));
}

function tell(differences: readonly RepricedCalls[], options: RepriceOptions, terminal: Terminal): void {
  const rows = differences.map(({ customer, priceBefore, priceNow, calls, before, after }) => ({
    customer,
    price_before: priceBefore ?? "none",
    price_now: priceNow ?? "none",
    calls,
    before,
    after,
    difference: subtractUsd(after, before),
  }));
  if (options.json === true) {
    const plain = rows.map((row) => ({
      ...row,
      before: formatUsd(row.before),
      after: formatUsd(row.after),
      difference: formatUsd(row.difference),
    }));
    terminal.out(`${JSON.stringify({ dry_run: options.dryRun === true, rows: plain }, undefined, 2)}\n`);
    return;
  }
  if (rows.length === 0) {
    terminal.out("Every call of the period costs what the ledger says. Nothing was booked.\n");
    return;
  }
  const columns = [
    { heading: "customer" },
    { heading: "price before" },
    { heading: "price now" },
    { heading: "calls", numeric: true },
    { heading: "before USD", numeric: true },
    { heading: "now USD", numeric: true },
    { heading: "difference USD", numeric: true },
  ];
  terminal.out(
    table(
      columns,
      rows.map((row) => [
        row.customer,
        row.price_before,
        row.price_now,
        String(row.calls),
        formatUsd(row.before),
        formatUsd(row.after),
        formatUsd(row.difference),
      ]),
    ),
  );
  terminal.out(
    options.dryRun === true
      ? "\nA dry run: nothing was booked.\n"
      : "\nBooked as adjustments in the periods of the calls.\n",
  );
}
