import type { Adjustment, Entry } from "@keeptabs/ledger";
import { type AttoUsd, type ChargeLine, negateUsd } from "@keeptabs/pricing";

/** A part of a call's charge: what FOCUS would call one charge. */
export interface ChargePart {
  /** The unit that was consumed; undefined where the call as a whole is charged. */
  readonly unit: string | undefined;
  readonly model: string;
  readonly quantity: number;
  /** Undefined where no price of ours made the amounts. */
  readonly line: ChargeLine | undefined;
  /** Undefined for what has no price: it costs something that is not known. */
  readonly list: AttoUsd | undefined;
  readonly net: AttoUsd | undefined;
  readonly reason: string | undefined;
}

/** A part with whom it belongs to. */
export interface BelongingPart extends ChargePart {
  readonly customer: string;
  readonly feature: string;
  /** For a correction: when it was booked, Unix milliseconds. */
  readonly correctedAtMs: number | undefined;
}

/**
 * A call's charges, and the corrections of them that were booked after `closedMs` (Unix milliseconds), when what it
 * was charged before had been reported. Their net amounts add up to what the call costs now.
 */
export function partsOf(entry: Entry, adjustments: readonly Adjustment[], closedMs: number): BelongingPart[] {
  const corrections = adjustments.filter(
    ({ kind, bookedAt }) => kind !== "released" && Number(bookedAt / 1_000_000n) >= closedMs,
  );
  const first = corrections.find(({ calls }) => calls < 0);
  const { customer, feature } = first ?? entry;
  // What a call cost by a price that was corrected since is known, but not its lines.
  const before = corrections.some(({ kind }) => kind === "repriced") && first !== undefined;
  const base = before ? [chargedBefore(entry, negateUsd(first.net))] : chargesOf(entry);
  return [
    ...base.map((part) => ({ ...part, customer, feature, correctedAtMs: undefined })),
    ...corrections.map((correction) => ({
      ...whole(entry),
      quantity: correction.calls,
      ...amounts(entry, correction.net),
      reason: correction.reason,
      customer: correction.customer,
      feature: correction.feature,
      correctedAtMs: Number(correction.bookedAt / 1_000_000n),
    })),
  ];
}

function chargesOf(entry: Entry): ChargePart[] {
  const { lines, reason } = entry;
  if (lines.length === 0) return chargesWithoutLines(entry);
  const model = modelOf(entry);
  const priced = new Set(lines.map((line) => keyOf(line.unit, line.model)));
  return [
    ...lines.map((line) => ({
      unit: line.unit,
      model: line.model ?? model,
      quantity: line.quantity,
      line,
      list: line.amount,
      net: line.agreement?.net ?? line.amount,
      reason: entry.kind === "zero" ? reason : undefined,
    })),
    ...consumed(entry)
      .filter(({ unit, other }) => !priced.has(keyOf(unit, other)))
      .map(({ unit, quantity, other }) => unpriced(unit, other ?? model, quantity, reason)),
  ];
}

function chargesWithoutLines(entry: Entry): ChargePart[] {
  const { list, net, reason } = entry;
  const costs = entry.costSource !== "none";
  if (costs) return [{ ...whole(entry), list, net, reason }];
  const units = consumed(entry);
  return units.length === 0
    ? [{ ...whole(entry), reason }]
    : units.map(({ unit, quantity, other }) => unpriced(unit, other ?? modelOf(entry), quantity, reason));
}

function chargedBefore(entry: Entry, net: AttoUsd): ChargePart {
  // What cost nothing may have had no price: it is not known, and a 0 would say that it is.
  return net === 0n
    ? { ...whole(entry), reason: "priced_later" }
    : { ...whole(entry), list: net, net, reason: "repriced_later" };
}

/** What a correction adds or takes back; where that is nothing, there was no price, unless the call is free. */
function amounts({ kind }: Entry, net: AttoUsd): Pick<ChargePart, "list" | "net"> {
  return net === 0n && kind !== "zero" ? { list: undefined, net: undefined } : { list: net, net };
}

function whole(entry: Entry): ChargePart {
  return {
    unit: undefined,
    model: modelOf(entry),
    quantity: 1,
    line: undefined,
    list: undefined,
    net: undefined,
    reason: undefined,
  };
}

function unpriced(unit: string, model: string, quantity: number, reason: string | undefined): ChargePart {
  return { unit, model, quantity, line: undefined, list: undefined, net: undefined, reason };
}

function modelOf({ responseModel, requestModel }: Entry): string {
  return responseModel ?? requestModel ?? "";
}

/** Everything that a call consumed, with the other model it ran on, where it did. */
function consumed({
  usage,
}: Entry): readonly { readonly unit: string; readonly quantity: number; readonly other?: string }[] {
  return [
    ...[...usage.quantities].map(([unit, quantity]) => ({ unit, quantity })),
    ...usage.otherModels.flatMap(({ model, quantities }) =>
      [...quantities].map(([unit, quantity]) => ({ unit, quantity, other: model })),
    ),
  ];
}

function keyOf(unit: string, other: string | undefined): string {
  return JSON.stringify([unit, other ?? null]);
}
