import { PROMPT_UNITS, usageFromJson } from "@keeptabs/usage";
import { allQuantities, type Row } from "./row.ts";

/** An entry as far as it takes to tell whether it counts, whom it belongs to, and which call it describes. */
export interface Counted {
  readonly id: bigint;
  readonly source: bigint;
  readonly trace_id: Uint8Array;
  readonly span_id: Uint8Array;
  readonly ancestors: Uint8Array;
  readonly kind: string;
  readonly customer: bigint;
  readonly feature: bigint;
  readonly provider: bigint;
  readonly model: bigint;
  readonly scope: bigint;
  readonly response_id: string | null;
  readonly outcome: string;
  readonly quality: string;
  readonly aggregate: bigint;
  readonly started_at: bigint;
  readonly occurred_at: bigint;
  readonly usage: string;
  /** The charge after the last repricing. */
  readonly charge_now: string;
  readonly framework: bigint;
  readonly request_model: bigint | null;
  /** Which of customer (1) and feature (2) the call's own span names. */
  readonly named: bigint;
  readonly adjusted_calls: bigint;
  /** Customer and feature after the last move; null when it never moved. */
  readonly moved_customer: bigint | null;
  readonly moved_feature: bigint | null;
  /** 1 for a sum that is held and waits. */
  readonly waiting: bigint;
  /** How many spans of the newcomer's instrumentation this entry already stands for. */
  readonly covers_scope: bigint;
}

const QUALITY_ORDER = ["missing", "estimated", "partial", "reported"];

/**
 * How two spans are known to describe one call: one is above the other, both carry its response id, or,
 * as a last resort, as siblings or by what they look alike in.
 */
export type Relation = "line" | "response" | "sibling" | "fingerprint";

/** A row as it is compared, with its names as the ledger's numbers. */
export interface Newcomer {
  readonly row: Row;
  readonly scope: bigint;
  /** Response and request model. */
  readonly models: readonly bigint[];
}

/**
 * One call, one charge: several instrumentations may each describe the same call with a span of their
 * own. Two spans describe one call when one is above the other, or when they carry the same response
 * id, come from different instrumentations and overlap in time. (A response id alone is not enough:
 * self-hosted models and test servers repeat theirs.) As a last resort, two different instrumentations'
 * spans under one parent, of one model, at one time, of which one records no response id.
 */
export function relation({ row, scope, models }: Newcomer, entry: Counted): Relation | undefined {
  if (!counts(entry)) return undefined;
  if (isAbove(entry.span_id, row.ancestors, row.traceId, entry)) return "line";
  if (isAbove(row.spanId, entry.ancestors, row.traceId, entry)) return "line";
  if (scope === entry.scope) return undefined;
  if (row.startedAt > entry.occurred_at || entry.started_at > row.occurredAt) return undefined;
  if (row.responseId !== null && row.responseId === entry.response_id) return "response";
  // An entry that stands for one span of the newcomer's instrumentation does not stand for a second.
  if (entry.covers_scope > 0n || (row.responseId !== null && entry.response_id !== null)) return undefined;
  if (!models.some((model) => model === entry.model || model === entry.request_model)) return undefined;
  if (haveOneParent(row, entry)) return "sibling";
  return looksAlike(row, entry) ? "fingerprint" : undefined;
}

/**
 * True when the row is to be charged in the entry's place: it is below the entry, or it knows more.
 * The same two spans give the same answer in either order of arrival.
 */
export function replaces(row: Row, entry: Counted): boolean {
  const rowIsSum = row.aggregate === 1;
  const entryIsSum = entry.aggregate === 1n;
  if (rowIsSum !== entryIsSum) return entryIsSum;
  const byQuality = QUALITY_ORDER.indexOf(row.quality) - QUALITY_ORDER.indexOf(entry.quality);
  if (byQuality !== 0) return byQuality > 0;
  if (isAbove(entry.span_id, row.ancestors, row.traceId, entry)) return true;
  if (isAbove(row.spanId, entry.ancestors, row.traceId, entry)) return false;
  const byUnits = row.tokens.length - tokensOf(entry).length;
  if (byUnits !== 0) return byUnits > 0;
  return Buffer.compare(row.spanId, entry.span_id) < 0;
}

function counts(entry: Counted): boolean {
  return entry.waiting === 1n || isPosted(entry);
}

/** True for an entry that is in the totals now: it was posted, or released, and not taken back. */
export function isPosted({ kind, adjusted_calls }: Counted): boolean {
  const first = kind === "covered" || kind === "held" ? 0n : 1n;
  return first + adjusted_calls > 0n;
}

/** What an entry's call consumed, by unit. */
export function tokensOf({ usage }: Counted): readonly (readonly [string, number])[] {
  const read = usageFromJson(usage);
  return read === undefined ? [] : allQuantities(read);
}

function isAbove(spanId: Uint8Array, ancestors: Uint8Array, traceId: Uint8Array, entry: Counted): boolean {
  if (Buffer.compare(traceId, entry.trace_id) !== 0) return false;
  for (let at = 0; at < ancestors.length; at += 8) {
    if (Buffer.compare(ancestors.subarray(at, at + 8), spanId) === 0) return true;
  }
  return false;
}

function haveOneParent(row: Row, entry: Counted): boolean {
  if (row.ancestors.length < 8 || entry.ancestors.length < 8) return false;
  if (Buffer.compare(row.traceId, entry.trace_id) !== 0) return false;
  return Buffer.compare(row.ancestors.subarray(0, 8), entry.ancestors.subarray(0, 8)) === 0;
}

/** A framework's span around a client's, in another trace: the client's time lies in the framework's, and so do its tokens. */
function looksAlike(row: Row, entry: Counted): boolean {
  if ((row.framework === 1) === (entry.framework === 1n)) return false;
  const [outer, inner] =
    row.framework === 1
      ? [
          { from: row.startedAt, until: row.occurredAt },
          { from: entry.started_at, until: entry.occurred_at },
        ]
      : [
          { from: entry.started_at, until: entry.occurred_at },
          { from: row.startedAt, until: row.occurredAt },
        ];
  if (outer.from > inner.from || outer.until < inner.until) return false;
  const mine = row.tokens;
  const theirs = tokensOf(entry);
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
