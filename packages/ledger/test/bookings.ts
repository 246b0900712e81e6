import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Booking } from "@keeptabs/ledger";
import { charge, defaultPriceBook } from "@keeptabs/pricing";
import { type Call, usageOf } from "@keeptabs/usage";

export const NOON: bigint = BigInt(Date.parse("2026-10-15T12:00:00Z")) * 1_000_000n;
export const OCTOBER: { readonly fromMs: number; readonly untilMs: number } = {
  fromMs: Date.parse("2026-10-01T00:00:00Z"),
  untilMs: Date.parse("2026-11-01T00:00:00Z"),
};

let spans = 0;

/** A new file name in a new folder. */
export function newLedgerPath(): string {
  return join(mkdtempSync(join(tmpdir(), "keeptabs-ledger-")), "ledger.db");
}

/** A gpt-4o call of 1000 input and 100 output tokens (0.0035 USD), with what the test wants different. */
export function bookingOf(
  change: Partial<Omit<Booking, "call" | "charge">> & { call?: Partial<Call>; model?: string } = {},
): Booking {
  spans += 1;
  const { call: callChange, model = "gpt-4o", ...rest } = change;
  const call: Call = {
    traceId: spans.toString(16).padStart(32, "0"),
    spanId: spans.toString(16).padStart(16, "0"),
    parentSpanId: undefined,
    startedAt: NOON - 1_000_000_000n,
    occurredAt: NOON,
    dialect: "otel",
    scope: "@keeptabs/instrumentation",
    provider: "openai",
    requestModel: model,
    responseModel: model,
    operation: "chat",
    responseId: undefined,
    usage: usageOf([
      ["input", 1000],
      ["output", 100],
    ]),
    outcome: "ok",
    attribution: {},
    aggregate: false,
    ...callChange,
  };
  const { provider, responseModel, usage, occurredAt } = call;
  return {
    source: "default",
    call,
    charge: charge(
      { provider, model: responseModel, usage, atMs: Number(occurredAt / 1_000_000n) },
      defaultPriceBook(),
    ),
    customer: "acme",
    feature: "assistant",
    ancestors: call.parentSpanId === undefined ? [] : [call.parentSpanId],
    ...rest,
  };
}
