import { PROMPT_UNITS, type UsageQuality, usageFromJson } from "@keeptabs/usage/consumed";
import { allQuantities, responseKey } from "./content-hash.ts";
import type { EntryKind } from "./entry.ts";
import type { Row } from "./row.ts";

/** An entry as far as it takes to tell whether it counts, whom it belongs to, and which call it describes. */
export interface Counted {
  readonly id: number;
  readonly source: number;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly ancestors: Uint8Array;
  readonly kind: EntryKind;
  /** Customer and feature as they were first booked, and after the last move. */
  readonly customer: number;
  readonly feature: number;
  readonly customerNow: number;
  readonly featureNow: number;
  readonly provider: number;
  readonly model: number;
  readonly requestModel: number | null;
  readonly scope: number;
  readonly responseId: string | null;
  readonly outcome: string;
  readonly quality: UsageQuality;
  readonly aggregate: boolean;
  readonly framework: boolean;
  readonly startedAt: bigint;
  readonly occurredAt: bigint;
  readonly usage: string;
  /** The charge after the last repricing. */
  readonly chargeNow: string;
  /** What the call's own span names; see `Row`. */
  readonly named: number;
  readonly adjustedCalls: number;
  /** True when it was in the totals once, whether or not it is now. */
  readonly everPosted: boolean;
  /** True for a sum that is held and waits. */
  readonly waiting: boolean;
  /** The entry that stood for it when it was booked. */
  readonly coveredBy: number | undefined;
  /** Unix nanoseconds; when it was last superseded, undefined when it never was. */
  readonly bookedAt: bigint;
  readonly supersededAt: bigint | undefined;
  /** How many spans of the newcomer's instrumentation this entry already stands for. */
  readonly coversScope: number;
  /** Where the entry stands in the newcomer's trace: above it, below it, or in no line with it. */
  readonly position: Position;
}

export type Position = "above" | "below" | "elsewhere";

/** The same as SQL gives it; integers are bigint. */
export interface CountedRow {
  readonly id: bigint;
  readonly source: bigint;
  readonly trace_id: Uint8Array;
  readonly span_id: Uint8Array;
  readonly ancestors: Uint8Array;
  readonly kind: EntryKind;
  readonly customer: bigint;
  readonly feature: bigint;
  readonly provider: bigint;
  readonly model: bigint;
  readonly scope: bigint;
  readonly response_id: string | null;
  readonly outcome: string;
  readonly quality: UsageQuality;
  readonly aggregate: bigint;
  readonly started_at: bigint;
  readonly occurred_at: bigint;
  readonly usage: string;
  readonly charge_now: string;
  readonly framework: bigint;
  readonly request_model: bigint | null;
  readonly named: bigint;
  readonly adjusted_calls: bigint;
  readonly moved_customer: bigint | null;
  readonly moved_feature: bigint | null;
  readonly waiting: bigint;
  readonly covered_by: bigint | null;
  readonly booked_at: bigint;
  readonly superseded_at: bigint | null;
  readonly covers_scope: bigint;
}

/** Reads rows of a query for entries that stand where `position` says. */
export function countedOf(rows: readonly unknown[], position: Position = "elsewhere"): Counted[] {
  return (rows as readonly CountedRow[]).map((row) => ({
    id: Number(row.id),
    source: Number(row.source),
    traceId: row.trace_id,
    spanId: row.span_id,
    ancestors: row.ancestors,
    kind: row.kind,
    customer: Number(row.customer),
    feature: Number(row.feature),
    customerNow: Number(row.moved_customer ?? row.customer),
    featureNow: Number(row.moved_feature ?? row.feature),
    provider: Number(row.provider),
    model: Number(row.model),
    requestModel: row.request_model === null ? null : Number(row.request_model),
    scope: Number(row.scope),
    responseId: row.response_id,
    outcome: row.outcome,
    quality: row.quality,
    aggregate: row.aggregate === 1n,
    framework: row.framework === 1n,
    startedAt: row.started_at,
    occurredAt: row.occurred_at,
    usage: row.usage,
    chargeNow: row.charge_now,
    named: Number(row.named),
    adjustedCalls: Number(row.adjusted_calls),
    everPosted: firstCalls(row.kind) > 0 || row.moved_customer !== null,
    waiting: row.waiting === 1n,
    coveredBy: row.covered_by === null ? undefined : Number(row.covered_by),
    bookedAt: row.booked_at,
    supersededAt: row.superseded_at ?? undefined,
    coversScope: Number(row.covers_scope),
    position,
  }));
}

/** What tells which call a span describes. */
export type Described = Pick<
  Row,
  | "source"
  | "traceId"
  | "spanId"
  | "ancestors"
  | "scope"
  | "model"
  | "requestModel"
  | "responseId"
  | "responseKey"
  | "framework"
  | "startedAt"
  | "occurredAt"
  | "usage"
>;

/** The same of an entry that was booked before. */
export function describedBy(entry: Counted): Described {
  const { responseId, framework } = entry;
  return {
    ...entry,
    responseKey: responseId === null ? 0 : responseKey(responseId),
    framework: framework ? 1 : 0,
  };
}

const QUALITY_ORDER = ["missing", "estimated", "partial", "reported"];

/**
 * How two spans are known to describe one call: one is above the other, both carry its response id, or,
 * as a last resort, as siblings or by what they look alike in.
 */
export type Relation = "line" | "response" | "sibling" | "fingerprint";

/**
 * One call, one charge: several instrumentations may each describe the same call with a span of their
 * own. Two spans describe one call when one is above the other, or when they carry the same response
 * id, come from different instrumentations and overlap in time. (A response id alone is not enough:
 * self-hosted models and test servers repeat theirs.) As a last resort, two different instrumentations'
 * spans under one parent, of one model, at one time, of which one records no response id. Whether the entry counts
 * is another question.
 */
export function likeness(row: Described, entry: Counted): Relation | undefined {
  if (entry.position !== "elsewhere") return "line";
  if (row.scope === entry.scope) return undefined;
  if (row.startedAt > entry.occurredAt || entry.startedAt > row.occurredAt) return undefined;
  if (row.responseId !== null && row.responseId === entry.responseId) return "response";
  // An entry that stands for one span of the newcomer's instrumentation does not stand for a second.
  if (entry.coversScope > 0 || (row.responseId !== null && entry.responseId !== null)) return undefined;
  if (!namesModel(row.model, entry) && (row.requestModel === null || !namesModel(row.requestModel, entry))) {
    return undefined;
  }
  if (haveOneParent(row, entry)) return "sibling";
  return looksAlike(row, entry) ? "fingerprint" : undefined;
}

/**
 * True when the row is to be charged in the entry's place: it is below the entry, or it knows more.
 * The same two spans give the same answer in either order of arrival.
 */
export function replaces(row: Row, entry: Counted): boolean {
  const rowIsSum = row.aggregate === 1;
  const entryIsSum = entry.aggregate;
  if (rowIsSum !== entryIsSum) return entryIsSum;
  const byQuality = QUALITY_ORDER.indexOf(row.quality) - QUALITY_ORDER.indexOf(entry.quality);
  if (byQuality !== 0) return byQuality > 0;
  if (entry.position !== "elsewhere") return entry.position === "above";
  const byUnits = row.units - quantitiesIn(entry.usage).length;
  if (byUnits !== 0) return byUnits > 0;
  return Buffer.compare(row.spanId, entry.spanId) < 0;
}

/**
 * True when, of two entries of one call, the inner one is to stay charged. The same as `replaces` gives for spans
 * that are in one line, whichever of them came first.
 */
export function innerStays(inner: Counted, outer: Counted): boolean {
  if (inner.aggregate !== outer.aggregate) return outer.aggregate;
  return QUALITY_ORDER.indexOf(inner.quality) >= QUALITY_ORDER.indexOf(outer.quality);
}

/** Order of entries so that, of two in one line, the one that is to stay charged comes before the other. */
export function betterFirst(a: Counted, b: Counted): number {
  if (a.aggregate !== b.aggregate) return a.aggregate ? 1 : -1;
  const byQuality = QUALITY_ORDER.indexOf(b.quality) - QUALITY_ORDER.indexOf(a.quality);
  return byQuality !== 0 ? byQuality : b.ancestors.length - a.ancestors.length;
}

/** True for an entry that stands for its call: it is in the totals, or waits to be. */
export function counts(entry: Counted): boolean {
  return entry.waiting || isPosted(entry);
}

/** True for an entry that is in the totals now: it was posted, or released, and not taken back. */
export function isPosted({ kind, adjustedCalls }: Counted): boolean {
  return firstCalls(kind) + adjustedCalls > 0;
}

/** How many calls an entry added to the totals when it was booked. */
function firstCalls(kind: EntryKind): number {
  return kind === "covered" || kind === "held" ? 0 : 1;
}

/** True for an entry that came when another one was there, or that counted until that one came, and made way for it. */
export function madeWayFor(entry: Counted, other: Counted): boolean {
  return entry.coveredBy === other.id || (entry.id < other.id && entry.supersededAt === other.bookedAt);
}

/** What a call consumed, by unit, from its usage as JSON. */
export function quantitiesIn(usage: string): readonly (readonly [string, number])[] {
  const read = usageFromJson(usage);
  return read === undefined ? [] : allQuantities(read);
}

function namesModel(model: number, { model: response, requestModel }: Counted): boolean {
  return model === response || model === requestModel;
}

function haveOneParent(row: Described, entry: Counted): boolean {
  if (row.ancestors.length < 8 || entry.ancestors.length < 8) return false;
  if (Buffer.compare(row.traceId, entry.traceId) !== 0) return false;
  return Buffer.compare(row.ancestors.subarray(0, 8), entry.ancestors.subarray(0, 8)) === 0;
}

/** A framework's span around a client's, in another trace: the client's time lies in the framework's, and so do its tokens. */
function looksAlike(row: Described, entry: Counted): boolean {
  if ((row.framework === 1) === entry.framework) return false;
  const [outer, inner] =
    row.framework === 1
      ? [
          { from: row.startedAt, until: row.occurredAt },
          { from: entry.startedAt, until: entry.occurredAt },
        ]
      : [
          { from: entry.startedAt, until: entry.occurredAt },
          { from: row.startedAt, until: row.occurredAt },
        ];
  if (outer.from > inner.from || outer.until < inner.until) return false;
  const mine = quantitiesIn(row.usage);
  const theirs = quantitiesIn(entry.usage);
  return mine.length === 0 || theirs.length === 0 || sameSums(mine, theirs);
}

/** Equal tokens in and out; how they are split may differ from one instrumentation to the other. */
function sameSums(
  a: readonly (readonly [string, number])[],
  b: readonly (readonly [string, number])[],
): boolean {
  const sums = (list: readonly (readonly [string, number])[]): readonly [number, number] =>
    list.reduce<readonly [number, number]>(
      ([input, output], [unit, quantity]) =>
        PROMPT_UNITS.has(unit) ? [input + quantity, output] : [input, output + quantity],
      [0, 0],
    );
  const [inputA, outputA] = sums(a);
  const [inputB, outputB] = sums(b);
  return inputA === inputB && outputA === outputB;
}
