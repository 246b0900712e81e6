import type { Adjustment, Entry } from "@keeptabs/ledger";
import { formatUsd } from "@keeptabs/pricing";
import { type CommonOptions, configFor, readerFor } from "./settings.ts";
import { table } from "./table.ts";
import { EXIT_DONE, EXIT_FOUND, type Terminal, WrongUse } from "./terminal.ts";

/** One call's charge, line by line, as a person would check it by hand, and what became of it since. */
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
    terminal.out(factsOf(entry) + linesOf(entry) + historyOf(reader.adjustments(entry.id)));
    if (!entry.posted)
      terminal.out("\nThis entry is not charged: another description of the same call is.\n");
    return EXIT_DONE;
  } finally {
    reader.close();
  }
}

function at(nanos: bigint): string {
  return new Date(Number(nanos / 1_000_000n)).toISOString();
}

function factsOf(entry: Entry): string {
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
  return facts.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join("");
}

function linesOf({ lines, list, net }: Entry): string {
  if (lines.length === 0) return "";
  const negotiated = lines.some(({ agreement }) => agreement !== undefined);
  const columns = [
    { heading: "unit" },
    { heading: "quantity", numeric: true },
    { heading: "rate USD", numeric: true },
    { heading: "per", numeric: true },
    { heading: "times" },
    { heading: "amount USD", numeric: true },
    ...(negotiated ? [{ heading: "agreed" }, { heading: "net USD", numeric: true }] : []),
  ];
  const rows = lines.map((line) => [
    line.model === undefined ? line.unit : `${line.unit} (${line.model})`,
    line.billed === undefined ? String(line.quantity) : `${line.quantity}, billed ${line.billed}`,
    line.rate,
    String(line.per),
    line.factors.join(" × "),
    formatUsd(line.amount) + (line.rounded ? " (rounded)" : ""),
    line.agreement === undefined ? "" : `${line.agreement.name}: ${line.agreement.terms}`,
    formatUsd(line.agreement?.net ?? line.amount),
  ]);
  rows.push(["total", "", "", "", "", formatUsd(list), "", formatUsd(net)]);
  const sources = new Set(lines.map(({ source, checked }) => `${source} (checked ${checked})`));
  return `\n${table(columns, rows)}${[...sources].map((source) => `\nPrice source: ${source}\n`).join("")}`;
}

function historyOf(adjustments: readonly Adjustment[]): string {
  if (adjustments.length === 0) return "";
  const columns = [
    { heading: "since" },
    { heading: "what" },
    { heading: "customer" },
    { heading: "calls", numeric: true },
    { heading: "net USD", numeric: true },
    { heading: "why" },
  ];
  const rows = adjustments.map(({ kind, reason, customer, calls, net, bookedAt }) => [
    at(bookedAt),
    kind,
    customer,
    String(calls),
    formatUsd(net),
    reason,
  ]);
  return `\n${table(columns, rows)}`;
}
