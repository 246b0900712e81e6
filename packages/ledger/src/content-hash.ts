import { hash } from "node:crypto";
import type { Call, Usage } from "@keeptabs/usage";

/** Bytes of a content hash. */
export const CONTENT_HASH_BYTES = 16;

/**
 * What makes two deliveries of a span the same: everything that decides the charge or says whose it is.
 * The price is not part of it, since prices may change between a delivery and its retry. The call's times are
 * those that were sent. In hex: a short text is made faster than a buffer.
 */
export function contentHash(call: Call, quantities: readonly (readonly [string, number])[]): string {
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
    quantities.length > 1 ? quantities.toSorted(([a], [b]) => (a < b ? -1 : 1)) : quantities,
    usage.circumstances.serviceTier ?? null,
    usage.circumstances.batch ?? false,
    usage.circumstances.region ?? null,
    usage.circumstances.speed ?? null,
    usage.claims.map(({ amount, source }) => [amount, source]),
    call.attribution.customer ?? null,
    call.attribution.feature ?? null,
  ]);
  return hash("sha256", content, "hex").slice(0, CONTENT_HASH_BYTES * 2);
}

/** Quantities by unit, over all models that a call ran on. */
export function allQuantities(usage: Usage): (readonly [string, number])[] {
  if (usage.otherModels.length === 0) return [...usage.quantities];
  const sums = new Map<string, number>(usage.quantities);
  for (const other of usage.otherModels) {
    for (const [unit, quantity] of other.quantities) sums.set(unit, (sums.get(unit) ?? 0) + quantity);
  }
  return [...sums];
}

/** A number for a response id that many ids hardly share; part of the file format, so it never changes. */
export function responseKey(id: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < id.length; i += 1) {
    const code = id.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
