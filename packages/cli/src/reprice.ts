import { type Entry, Ledger, type Repricing } from "@keeptabs/ledger";
import {
  type AttoUsd,
  addUsd,
  type Charge,
  charge,
  formatUsd,
  type Overrides,
  type PriceBook,
  subtractUsd,
  ZERO_USD,
} from "@keeptabs/pricing";
import { PriceSource } from "@keeptabs/processor";
import { type CommonOptions, configFor, readerFor } from "./settings.ts";
import { table } from "./table.ts";
import { EXIT_DONE, type Terminal, WrongUse } from "./terminal.ts";

/** Options of `keeptabs reprice`. */
export interface RepriceOptions extends CommonOptions {
  readonly from: string;
  readonly to: string;
  readonly dryRun?: boolean;
  readonly reason: string;
  readonly json?: boolean;
}

/** Entries that are priced anew in one transaction. */
const BATCH = 5_000;

interface Difference {
  calls: number;
  before: AttoUsd;
  after: AttoUsd;
}

/** Charges the calls of a period by the prices in force now, and books what differs as adjustments. */
export async function reprice(options: RepriceOptions, terminal: Terminal): Promise<number> {
  const config = configFor(options);
  const period = { fromMs: instantIn(options.from, "--from"), untilMs: instantIn(options.to, "--to") };
  if (period.untilMs <= period.fromMs) throw new WrongUse("--to: must be after --from");
  const { book } = PriceSource.open(config.prices);
  const reader = readerFor(config);
  // A dry run only looks, so that it may run beside the processor.
  const ledger = options.dryRun === true ? undefined : await Ledger.open(config.ledgerPath);
  const differences = new Map<string, Difference>();
  try {
    for (let after = 0; ; ) {
      const entries = reader.entries({ ...period, after, limit: BATCH });
      const repricings = entries.flatMap((entry) =>
        repricingOf(entry, book, config.prices.overrides, differences),
      );
      if (repricings.length > 0)
        await ledger?.reprice(repricings, options.reason, BigInt(terminal.now()) * 1_000_000n);
      const last = entries.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
  } finally {
    reader.close();
    await ledger?.close();
  }
  tell(differences, options, terminal);
  return EXIT_DONE;
}

function repricingOf(
  entry: Entry,
  book: PriceBook,
  overrides: Overrides,
  differences: Map<string, Difference>,
): Repricing[] {
  const call = {
    provider: entry.provider,
    model: entry.responseModel ?? entry.requestModel,
    usage: entry.usage,
    atMs: Number(entry.occurredAt / 1_000_000n),
    customer: entry.customer,
  };
  const now = charge(call, book, overrides);
  if (isSame(entry, now)) return [];
  const key = JSON.stringify([entry.customer, entry.priceVersion ?? "none", now.priceVersion ?? "none"]);
  const sum = differences.get(key) ?? { calls: 0, before: ZERO_USD, after: ZERO_USD };
  differences.set(key, {
    calls: sum.calls + 1,
    before: addUsd(sum.before, entry.net),
    after: addUsd(sum.after, now.net),
  });
  return [{ entry: entry.id, charge: now }];
}

function isSame(entry: Entry, now: Charge): boolean {
  return entry.net === now.net && entry.list === now.list && entry.kind === now.status;
}

function tell(
  differences: ReadonlyMap<string, Difference>,
  options: RepriceOptions,
  terminal: Terminal,
): void {
  const rows = [...differences].map(([key, { calls, before, after }]) => {
    const [customer = "", from = "", to = ""] = JSON.parse(key) as string[];
    return {
      customer,
      price_before: from,
      price_now: to,
      calls,
      before,
      after,
      difference: subtractUsd(after, before),
    };
  });
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

/** An instant, or a day, which begins at midnight UTC. */
function instantIn(text: string, option: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}(?:T.*(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new WrongUse(`${option}: "${text}" is neither a day such as 2026-10-01 nor an instant with a zone`);
  return ms;
}
