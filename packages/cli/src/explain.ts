import { formatUsd } from "@keeptabs/pricing";
import { type CommonOptions, configFor, readerFor } from "./settings.ts";
import { table } from "./table.ts";
import { EXIT_DONE, EXIT_FOUND, type Terminal, WrongUse } from "./terminal.ts";

/** One call's charge, line by line, as a person would check it by hand. */
export function explain(traceId: string, spanId: string, options: CommonOptions, terminal: Terminal): number {
  if (!/^[0-9a-f]{32}$/i.test(traceId))
    throw new WrongUse(`the trace id must be 32 hex digits, got "${traceId}"`);
  if (!/^[0-9a-f]{16}$/i.test(spanId))
    throw new WrongUse(`the span id must be 16 hex digits, got "${spanId}"`);
  const reader = readerFor(configFor(options));
  try {
    const entry = reader.entry(traceId.toLowerCase(), spanId.toLowerCase());
    if (entry === undefined) {
      terminal.err(`keeptabs: the ledger has no call ${traceId} ${spanId}\n`);
      return EXIT_FOUND;
    }
    const at = (nanos: bigint): string => new Date(Number(nanos / 1_000_000n)).toISOString();
    const facts: (readonly [string, string])[] = [
      ["customer", entry.customer],
      ["feature", entry.feature === "" ? "(none)" : entry.feature],
      ["provider", entry.provider],
      ["model", entry.responseModel ?? entry.requestModel ?? "(not stated)"],
      ["ended", at(entry.occurredAt)],
      ["booked", at(entry.bookedAt)],
      ["status", entry.reason === undefined ? entry.kind : `${entry.kind}: ${entry.reason}`],
      ["outcome", entry.outcome],
      ["usage", entry.quality + (entry.lowerBound ? ", at least" : "")],
      ["cost from", entry.costSource],
      ["price", entry.priceVersion ?? "(none)"],
    ];
    terminal.out(facts.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join(""));
    if (entry.lines.length > 0) {
      const columns = [
        { heading: "unit" },
        { heading: "quantity", numeric: true },
        { heading: "rate USD", numeric: true },
        { heading: "per", numeric: true },
        { heading: "times" },
        { heading: "amount USD", numeric: true },
      ];
      const rows = entry.lines.map((line) => [
        line.model === undefined ? line.unit : `${line.unit} (${line.model})`,
        String(line.quantity),
        line.rate,
        String(line.per),
        line.factors.join(" × "),
        formatUsd(line.amount) + (line.rounded ? " (rounded)" : ""),
      ]);
      rows.push(["total", "", "", "", "", formatUsd(entry.net)]);
      terminal.out(`\n${table(columns, rows)}`);
      const sources = new Set(entry.lines.map(({ source, checked }) => `${source} (checked ${checked})`));
      for (const source of sources) terminal.out(`\nPrice source: ${source}\n`);
    }
    if (!entry.posted)
      terminal.out("\nThis entry is not charged: another description of the same call is.\n");
    return EXIT_DONE;
  } finally {
    reader.close();
  }
}
