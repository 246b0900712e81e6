import type { CostClaim } from "../usage.ts";
import type { AttributeReader } from "./attribute-reader.ts";

/** A number of USD as a plain decimal string; undefined for 0, which from a tool means that it does not know. */
export function claimedAmount(value: unknown): string | undefined {
  const text = typeof value === "number" ? plainDecimal(value) : value;
  if (typeof text !== "string" || !/^\d{1,12}(?:\.\d{1,40})?$/.test(text) || /^[0.]+$/.test(text))
    return undefined;
  return text;
}

/** A claim from an attribute, if it holds one. */
export function claimFrom(
  attributes: AttributeReader,
  field: string,
  source: CostClaim["source"],
): readonly CostClaim[] {
  const amount = claimedAmount(attributes.raw(field));
  return amount === undefined ? [] : [{ amount, source, field }];
}

/** `1.5e-7` as `0.00000015`: every digit that JavaScript shows, without an exponent. */
function plainDecimal(value: number): string | undefined {
  if (!Number.isFinite(value) || value < 0) return undefined;
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const shift = Number(exponent);
  const digits = whole + fraction;
  const point = whole.length + shift;
  if (point <= 0) return `0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + "0".repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
