import { readFileSync } from "node:fs";
import { formatUsd } from "@keeptabs/pricing";
import { DecodeError, type Examination, examineExport, type Finding, PriceSource } from "@keeptabs/processor";
import { attributesReadWith } from "@keeptabs/usage";
import { counted } from "./counted.ts";
import { type CommonOptions, configFor } from "./settings.ts";
import { table } from "./table.ts";
import { EXIT_DONE, EXIT_FOUND, type Terminal, WrongUse } from "./terminal.ts";

/** Options of `keeptabs doctor`. */
export interface DoctorOptions extends CommonOptions {
  readonly spans: string;
  readonly json?: boolean;
}

/** Tells what Keeptabs understands of an OTLP export. Exits with 1 when something is missing. */
export function doctor(options: DoctorOptions, terminal: Terminal): number {
  const config = configFor(options);
  // As a processor with this configuration would book them.
  const rules = {
    priceBook: PriceSource.open(config.prices).book,
    overrides: config.prices.overrides,
    attribution: config.attribution,
  };
  const now = BigInt(terminal.now()) * 1_000_000n;
  let examinations: Examination[];
  try {
    examinations = bodiesOf(options.spans).map((body) =>
      examineExport(
        body,
        isJson(body) ? "json" : "protobuf",
        rules,
        attributesReadWith(config.attribution),
        now,
      ),
    );
  } catch (error) {
    if (error instanceof DecodeError)
      throw new WrongUse(`--spans: ${options.spans} is no OTLP export in JSON or protobuf: ${error.message}`);
    throw error;
  }
  const findings = examinations.flatMap((examination) => examination.findings);
  terminal.out(options.json === true ? asJson(findings) : asText(examinations));
  return findings.some(({ advice }) => advice.length > 0) || findings.length === 0 ? EXIT_FOUND : EXIT_DONE;
}

/** An OTLP/JSON or protobuf request, or a file exporter's JSON lines. */
function bodiesOf(path: string): Uint8Array[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new WrongUse(`--spans: cannot read ${path}: ${(error as Error).message}`);
  }
  const lines = isJson(bytes)
    ? bytes
        .toString("utf8")
        .split("\n")
        .filter((line) => line.trim() !== "")
    : [];
  const isJsonLines =
    lines.length > 1 && lines.every((line) => line.startsWith("{") && line.trimEnd().endsWith("}"));
  return isJsonLines ? lines.map((line) => Buffer.from(line)) : [bytes];
}

function isJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > 0x20);
  return first === 0x7b;
}

function asText(examinations: readonly Examination[]): string {
  const findings = examinations.flatMap((examination) => examination.findings);
  const spans = examinations.reduce((sum, examination) => sum + examination.spans, 0);
  const rejected = examinations.flatMap((examination) => examination.rejected);
  const calls = findings.length;
  let text = `${counted(spans, "span", "spans")}, of which ${counted(calls, "is an LLM call", "are LLM calls")}.\n\n`;
  text += table(
    [
      { heading: "span" },
      { heading: "dialect" },
      { heading: "provider" },
      { heading: "model" },
      { heading: "usage" },
      { heading: "quality" },
      { heading: "customer" },
      { heading: "cost USD", numeric: true },
    ],
    findings.map(({ span, call, charge, customer }) => [
      span,
      call.dialect,
      call.provider === "" ? "?" : call.provider,
      call.responseModel ?? call.requestModel ?? "?",
      [...call.usage.quantities].map(([unit, quantity]) => `${unit} ${quantity}`).join(", ") || "none",
      call.usage.quality,
      customer ?? "nobody",
      charge.status === "unpriced" ? "unpriced" : formatUsd(charge.net),
    ]),
  );
  const advice = new Map<string, string[]>();
  for (const finding of findings) {
    for (const one of finding.advice) advice.set(one, [...(advice.get(one) ?? []), finding.span]);
  }
  if (advice.size > 0) text += "\nWhat is missing, and how to get it:\n";
  for (const [one, names] of advice) {
    text += `\n• ${one}\n  (${counted(names.length, "span", "spans")}: ${[...new Set(names)].slice(0, 4).join(", ")})\n`;
  }
  for (const reason of rejected) text += `\n• Not readable: ${reason}\n`;
  const others = examinations.flatMap((examination) => examination.others);
  if (others.length > 0) {
    text += `\nNo LLM calls of their own: ${others.map(([name, count]) => `${name} ×${count}`).join(", ")}\n`;
  }
  return text;
}

function asJson(findings: readonly Finding[]): string {
  const rows = findings.map(({ span, call, charge, customer, feature, advice }) => ({
    trace_id: call.traceId,
    span_id: call.spanId,
    span,
    dialect: call.dialect,
    scope: call.scope,
    provider: call.provider,
    request_model: call.requestModel ?? null,
    response_model: call.responseModel ?? null,
    usage: Object.fromEntries(call.usage.quantities),
    quality: call.usage.quality,
    outcome: call.outcome,
    customer: customer ?? null,
    feature: feature ?? null,
    status: charge.status,
    reason: charge.reason ?? null,
    cost: charge.status === "unpriced" ? null : formatUsd(charge.net),
    advice,
  }));
  return `${JSON.stringify(rows, undefined, 2)}\n`;
}
