import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { customerOf } from "@keeptabs/billing";
import { Ledger, LedgerReader, type Posting } from "@keeptabs/ledger";
import { type AttoUsd, defaultPriceBook } from "@keeptabs/pricing";
import type { Snapshot } from "../../src/metrics/exposition.ts";
import { LedgerMetrics } from "../../src/metrics/ledger-metrics.ts";
import { NOON } from "../running.ts";

/** Metrics over an empty ledger, and how often something was folded. */
export interface EmptyMetrics {
  readonly metrics: LedgerMetrics;
  readonly clock: { now: number };
  /** How many appends were committed and not taken yet. */
  readonly untaken: { count: number };
  readonly folded: () => number;
}

let emptyLedger: Promise<LedgerReader> | undefined;

/** A ledger without entries; since nothing is booked, tests share it. */
async function newLedger(): Promise<LedgerReader> {
  const path = join(mkdtempSync(join(tmpdir(), "keeptabs-metrics-")), "ledger.db");
  await (await Ledger.open(path)).close();
  return LedgerReader.open(path);
}

/** Metrics that start at noon of 15 October 2026, from an empty ledger or a given one, for postings that a test makes up. */
export async function emptyMetrics(
  options: {
    readonly reader?: LedgerReader;
    readonly seriesBudget?: number;
    readonly customers?: readonly Parameters<typeof customerOf>[0][];
  } = {},
): Promise<EmptyMetrics> {
  emptyLedger ??= newLedger();
  const reader = options.reader ?? (await emptyLedger);
  const clock = { now: NOON };
  const untaken = { count: 0 };
  let folded = 0;
  const metrics = new LedgerMetrics({
    reader,
    customers: new Map((options.customers ?? []).map((plain) => [plain.id, customerOf(plain)])),
    priceBook: defaultPriceBook,
    timeZone: "Europe/Berlin",
    seriesBudget: options.seriesBudget ?? 100_000,
    now: () => clock.now,
    untaken: () => untaken.count,
    overflow: () => {
      folded += 1;
    },
  });
  return { metrics, clock, untaken, folded: () => folded };
}

/** A posting of one gpt-4o call that ended at noon. */
export function posting(
  fields: Partial<Omit<Posting, "amount">> & { readonly amount?: bigint } = {},
): Posting {
  return {
    occurredAt: BigInt(NOON) * 1_000_000n,
    customer: "acme",
    feature: "chat",
    provider: "openai",
    model: "gpt-4o",
    calls: 1,
    kind: "charged",
    reason: "",
    outcome: "ok",
    tokens: [["input", 1000]],
    first: true,
    ...fields,
    amount: (fields.amount ?? 3_500_000_000_000_000n) as AttoUsd,
  };
}

/** The text of a snapshot. */
export function textOf(snapshot: Snapshot, format: "prometheus" | "openmetrics" = "prometheus"): string {
  return Buffer.concat(snapshot.pieces(format).map(({ bytes }) => bytes)).toString();
}

/** What a scraper reads, and has then. */
export async function scrape(metrics: LedgerMetrics): Promise<string> {
  const snapshot = await metrics.snapshot();
  const text = textOf(snapshot);
  snapshot.end(true);
  return text;
}
