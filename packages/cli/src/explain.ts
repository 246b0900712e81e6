import type { Adjustment, Entry } from "@keeptabs/ledger";
import { type AttoUsd, formatUsd } from "@keeptabs/pricing";
import { type CommonOptions, configFor, readerFor } from "./settings.ts";
import { table } from "./table.ts";
import { EXIT_DONE, EXIT_FOUND, type Terminal, WrongUse } from "./terminal.ts";

/** Options of `keeptabs explain`. */
export interface ExplainOptions extends CommonOptions {
  readonly json?: boolean;
}

export const EXPLAIN_EXAMPLES = `
Example:
  keeptabs explain 4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7
`;

/** One call's charge, line by line, as a person would check it by hand, and what became of it since. */
export function explain(
  traceId: string,
  spanId: string,
  options: ExplainOptions,
  terminal: Terminal,
): number {
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
    const adjustments = reader.adjustments(entry.id);
    const charged = entry.coveredBy === undefined ? undefined : reader.entryById(entry.coveredBy);
    terminal.out(
      options.json === true
        ? asJson(entry, adjustments, charged)
        : factsOf(entry) + linesOf(entry) + historyOf(adjustments) + fateOf(entry, charged),
    );
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
    ["status", entry.reason === undefined ? entry.status : `${entry.status}: ${entry.reason}`],
    ["outcome", entry.outcome],
    ["usage", entry.quality + (entry.lowerBound ? ", at least" : "")],
    ...(entry.kind === "unpriced" ? [["cost", "not known"] as const] : []),
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
    { heading: "feature" },
    { heading: "calls", numeric: true },
    { heading: "net USD", numeric: true },
    { heading: "why" },
  ];
  const rows = adjustments.map(({ kind, reason, customer, feature, calls, net, bookedAt }) => [
    at(bookedAt),
    kind,
    customer,
    feature === "" ? "(none)" : feature,
    String(calls),
    formatUsd(net),
    reason,
  ]);
  return `\n${table(columns, rows)}`;
}

/** Why an entry is not charged, when it is not. */
function fateOf({ status, posted }: Entry, charged: Entry | undefined): string {
  if (posted) return "";
  if (status === "held") return "\nThis entry is not charged yet: it sums calls that may still come.\n";
  const other = charged === undefined ? "" : `: ${charged.traceId} ${charged.spanId}`;
  return `\nThis entry is not charged: another description of the same call is${other}.\n`;
}

function asJson(entry: Entry, adjustments: readonly Adjustment[], charged: Entry | undefined): string {
  const body = {
    trace_id: entry.traceId,
    span_id: entry.spanId,
    customer: entry.customer,
    feature: entry.feature,
    provider: entry.provider,
    model: entry.responseModel ?? entry.requestModel ?? null,
    occurred_at: at(entry.occurredAt),
    booked_at: at(entry.bookedAt),
    status: entry.status,
    reason: entry.reason ?? null,
    counted: entry.posted,
    charged_as: charged === undefined ? null : { trace_id: charged.traceId, span_id: charged.spanId },
    outcome: entry.outcome,
    usage_quality: entry.quality,
    lower_bound: entry.lowerBound,
    cost_source: entry.costSource,
    price_version: entry.priceVersion ?? null,
    // What is not known is null, never zero.
    list: knownUsd(entry, entry.list),
    net: knownUsd(entry, entry.net),
    lines: entry.lines.map(({ amount, agreement, ...line }) => ({
      ...line,
      amount: formatUsd(amount),
      ...(agreement === undefined ? {} : { agreement: { ...agreement, net: formatUsd(agreement.net) } }),
    })),
    adjustments: adjustments.map(({ kind, reason, customer, feature, calls, net, occurredAt, bookedAt }) => ({
      kind,
      reason,
      customer,
      feature,
      calls,
      net: formatUsd(net),
      occurred_at: at(occurredAt),
      booked_at: at(bookedAt),
    })),
  };
  return `${JSON.stringify(body, undefined, 2)}\n`;
}

function knownUsd({ kind }: Entry, amount: AttoUsd): string | null {
  return kind === "unpriced" ? null : formatUsd(amount);
}
