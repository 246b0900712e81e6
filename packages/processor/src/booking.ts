import type { Booking, SpanNote } from "@keeptabs/ledger";
import { charge, type Overrides, type PriceBook } from "@keeptabs/pricing";
import {
  type Attribution,
  type AttributionRules,
  type Call,
  type Reading,
  readSpan,
  type Span,
} from "@keeptabs/usage";

/** How far ahead of our clock a sender's may be before we date its calls ourselves. */
const MAX_AHEAD_NANOS = 5n * 60n * 1_000_000_000n;
/** Deeper traces than this are not followed further up. */
const MAX_ANCESTORS = 64;
const NO_IDS: readonly string[] = [];

/** What a batch of spans means for the ledger. */
export interface Batch {
  readonly bookings: readonly Booking[];
  /** The spans that are no calls: they link calls to what is above them, and may name somebody. */
  readonly notes: readonly SpanNote[];
  /** How many calls each dialect understood. */
  readonly dialects: ReadonlyMap<string, number>;
}

/** What bookings are made with. */
export interface BookingRules {
  readonly priceBook: PriceBook;
  readonly overrides?: Overrides;
  readonly attribution: AttributionRules;
}

interface Known {
  readonly span: Span;
  readonly reading: Reading;
}

/** A request's spans by trace and id; of two descriptions of a span the last. */
class KnownSpans {
  /** Ids of spans hardly ever come in two traces, and a key of trace and id would have to be put together for each. */
  readonly #byId = new Map<string, Known>();
  readonly #inOtherTraces = new Map<string, Known>();

  add(known: Known): void {
    const { traceId, spanId } = known.span;
    const other = this.#byId.get(spanId);
    if (other === undefined || other.span.traceId === traceId) this.#byId.set(spanId, known);
    else this.#inOtherTraces.set(traceId + spanId, known);
  }

  find(traceId: string, spanId: string): Known | undefined {
    const known = this.#byId.get(spanId);
    return known === undefined || known.span.traceId === traceId
      ? known
      : this.#inOtherTraces.get(traceId + spanId);
  }
}

/**
 * Reads the calls out of one request's spans, prices them and gives each the customer and feature of the
 * nearest span that names one: its own, or one above it; a person stands for the customer only where no
 * customer is named. Calls that lie deeper come first, so that the
 * innermost of two descriptions of a call is charged. Pure; `now` is Unix nanoseconds.
 */
export function batchOf(spans: readonly Span[], source: string, rules: BookingRules, now: bigint): Batch {
  // OTLP groups spans by scope, not by trace: the tree is put together before anything is decided.
  const known = new KnownSpans();
  const calls: Call[] = [];
  const notes: SpanNote[] = [];
  const dialects = new Map<string, number>();
  for (const span of spans) {
    const reading = readSpan(span, rules.attribution);
    known.add({ span, reading });
    if (reading.kind !== "call") {
      notes.push(noteOf(span, reading.attribution, source));
      continue;
    }
    calls.push(reading.call);
    dialects.set(reading.call.dialect, (dialects.get(reading.call.dialect) ?? 0) + 1);
  }
  const bookings = calls.map((call) => bookingOf(call, known, source, rules, now));
  bookings.sort((a, b) => b.ancestors.length - a.ancestors.length);
  return { bookings, notes, dialects };
}

function noteOf(span: Span, { customer, person, feature }: Attribution, source: string): SpanNote {
  const { traceId, spanId, parentSpanId } = span;
  return { source, traceId, spanId, parentSpanId, customer, person, feature };
}

function bookingOf(read: Call, known: KnownSpans, source: string, rules: BookingRules, now: bigint): Booking {
  const call = datedSanely(read, now);
  const ancestors = ancestorsOf(call, known);
  let { customer: named, person, feature } = call.attribution;
  for (const id of ancestors) {
    const above = known.find(call.traceId, id);
    if (above === undefined) break;
    const names = attributionOf(above.reading);
    named ??= names.customer;
    person ??= names.person;
    feature ??= names.feature;
  }
  const customer = named ?? person;
  const booking: Booking = {
    source,
    call,
    charge: charge(
      {
        provider: call.provider,
        model: call.responseModel ?? call.requestModel,
        usage: call.usage,
        atMs: Number(call.occurredAt / 1_000_000n),
        customer,
      },
      rules.priceBook,
      rules.overrides,
    ),
    customer,
    onlyPerson: named === undefined && person !== undefined,
    feature,
    ancestors,
  };
  if (call === read) return booking;
  return { ...booking, sentTimes: { startedAt: read.startedAt, occurredAt: read.occurredAt } };
}

/** Ids of the spans above a call, as far as they are known. */
function ancestorsOf({ traceId, spanId, parentSpanId }: Call, known: KnownSpans): readonly string[] {
  if (parentSpanId === undefined || parentSpanId === spanId) return NO_IDS;
  const ancestors = [parentSpanId];
  let next = known.find(traceId, parentSpanId)?.span.parentSpanId;
  while (next !== undefined && ancestors.length < MAX_ANCESTORS) {
    // A forged trace may go in circles.
    if (ancestors.includes(next) || next === spanId) break;
    ancestors.push(next);
    next = known.find(traceId, next)?.span.parentSpanId;
  }
  return ancestors;
}

function attributionOf(reading: Reading): Attribution {
  return reading.kind === "call" ? reading.call.attribution : reading.attribution;
}

/** A call without a usable end, or from a clock far ahead, is dated when we received it: it is never dropped. */
function datedSanely(call: Call, now: bigint): Call {
  if (call.occurredAt > 0n && call.occurredAt <= now + MAX_AHEAD_NANOS) {
    return call.startedAt > 0n && call.startedAt <= call.occurredAt
      ? call
      : { ...call, startedAt: call.occurredAt };
  }
  return { ...call, startedAt: now, occurredAt: now };
}
