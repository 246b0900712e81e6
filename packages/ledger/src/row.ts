import { createHash } from "node:crypto";
import { type AttoUsd, splitUsd } from "@keeptabs/pricing";
import {
  type Call,
  type Outcome,
  UNATTRIBUTED,
  type Usage,
  type UsageQuality,
  usageToJson,
} from "@keeptabs/usage";
import type { Booking, EntryKind, SpanNote } from "./entry.ts";
import { encodeCharge } from "./stored-charge.ts";

/** Feature of a call that none was named for. */
export const NO_FEATURE = "";

/** Frameworks whose callbacks make spans of their own, in traces of their own, around a client's. */
const FRAMEWORK_SCOPES = /langchain|langsmith|llama.?index/i;

/** In `named`: the customer is merely a person's id. */
export const ONLY_PERSON = 4;

/** A booking in the form in which it crosses to the writer's thread: flat, and cheap to copy. */
export interface Row {
  readonly source: string;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly contentHash: Uint8Array;
  /** Span ids, nearest first, 8 bytes each. */
  readonly ancestors: Uint8Array;
  readonly kind: EntryKind;
  readonly reason: string | null;
  readonly customer: string;
  readonly feature: string;
  readonly provider: string;
  readonly model: string;
  readonly requestModel: string | null;
  readonly responseModel: string | null;
  readonly operation: string;
  readonly dialect: string;
  readonly scope: string;
  readonly responseId: string | null;
  readonly outcome: Outcome;
  readonly quality: UsageQuality;
  readonly lowerBound: number;
  readonly aggregate: number;
  /** 1 when the span was made by a framework that wraps other instrumented clients. */
  readonly framework: number;
  /** Which of customer (1) and feature (2) the call's own span names; those never change. 4: the customer is only a person. */
  readonly named: number;
  readonly startedAt: bigint;
  readonly occurredAt: bigint;
  readonly listNano: bigint;
  readonly listAtto: bigint;
  readonly net: AttoUsd;
  readonly netNano: bigint;
  readonly netAtto: bigint;
  readonly costSource: string;
  readonly priceVersion: string | null;
  /** The usage as JSON. */
  readonly usage: string;
  /** The charge as JSON. */
  readonly charge: string;
  readonly tokens: readonly (readonly [string, number])[];
}

/** Flattens a booking. Throws RangeError when an id is not hex of the right length. */
export function rowOf({ source, call, charge, customer, onlyPerson, feature, ancestors }: Booking): Row {
  const list = splitUsd(charge.list);
  const net = splitUsd(charge.net);
  const quantities = allQuantities(call.usage);
  return {
    source,
    traceId: idBytes(call.traceId, 16, "trace id"),
    spanId: idBytes(call.spanId, 8, "span id"),
    contentHash: contentHash(call, quantities),
    ancestors: idBytes(ancestors.join(""), ancestors.length * 8, "ancestors"),
    kind: call.aggregate ? "held" : charge.status,
    reason: charge.reason ?? null,
    customer: customer ?? UNATTRIBUTED,
    feature: feature ?? NO_FEATURE,
    provider: call.provider,
    model: call.responseModel ?? call.requestModel ?? "",
    requestModel: call.requestModel ?? null,
    responseModel: call.responseModel ?? null,
    operation: call.operation,
    dialect: call.dialect,
    scope: call.scope,
    responseId: call.responseId ?? null,
    outcome: call.outcome,
    quality: call.usage.quality,
    lowerBound: call.usage.lowerBound ? 1 : 0,
    aggregate: call.aggregate ? 1 : 0,
    framework: FRAMEWORK_SCOPES.test(call.scope) ? 1 : 0,
    named:
      (call.attribution.customer === undefined ? 0 : 1) +
      (call.attribution.feature === undefined ? 0 : 2) +
      (onlyPerson === true ? ONLY_PERSON : 0),
    startedAt: call.startedAt,
    occurredAt: call.occurredAt,
    listNano: list.nano,
    listAtto: list.atto,
    net: charge.net,
    netNano: net.nano,
    netAtto: net.atto,
    costSource: charge.source,
    priceVersion: charge.priceVersion ?? null,
    usage: usageToJson(call.usage),
    charge: encodeCharge(charge),
    tokens: quantities,
  };
}

/** Flattens a span that is no call. Throws RangeError when an id is not hex of the right length. */
export function noteOf({
  source,
  traceId,
  spanId,
  parentSpanId,
  customer,
  person,
  feature,
}: SpanNote): NoteRow {
  return {
    source,
    traceId: idBytes(traceId, 16, "trace id"),
    spanId: idBytes(spanId, 8, "span id"),
    parentSpanId: parentSpanId === undefined ? null : idBytes(parentSpanId, 8, "parent span id"),
    customer: customer ?? null,
    person: person ?? null,
    feature: feature ?? null,
  };
}

/** A span note in the form in which it crosses to the writer's thread. */
export interface NoteRow {
  readonly source: string;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array | null;
  readonly customer: string | null;
  readonly person: string | null;
  readonly feature: string | null;
}

/** Quantities by unit, over all models that a call ran on. */
export function allQuantities(usage: Usage): (readonly [string, number])[] {
  const sums = new Map<string, number>(usage.quantities);
  for (const other of usage.otherModels) {
    for (const [unit, quantity] of other.quantities) sums.set(unit, (sums.get(unit) ?? 0) + quantity);
  }
  return [...sums];
}

/**
 * What makes two deliveries of a span the same: everything that decides the charge or says whose it is.
 * The price is not part of it, since prices may change between a delivery and its retry.
 */
function contentHash(call: Call, quantities: readonly (readonly [string, number])[]): Uint8Array {
  const { usage } = call;
  const content = JSON.stringify([
    call.startedAt.toString(),
    call.occurredAt.toString(),
    call.provider,
    call.requestModel ?? null,
    call.responseModel ?? null,
    call.operation,
    call.responseId ?? null,
    call.outcome,
    quantities.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    usage.circumstances.serviceTier ?? null,
    usage.circumstances.batch ?? false,
    usage.circumstances.region ?? null,
    usage.circumstances.speed ?? null,
    usage.claims.map(({ amount, source }) => [amount, source]),
    call.attribution.customer ?? null,
    call.attribution.feature ?? null,
  ]);
  return createHash("sha256").update(content).digest().subarray(0, 16);
}

function idBytes(hex: string, length: number, what: string): Uint8Array {
  const bytes = Buffer.from(hex, "hex");
  if (bytes.length !== length || hex.length !== length * 2) {
    throw new RangeError(`${what} must be ${length} bytes of hex, got "${hex}"`);
  }
  return bytes;
}
