import { parseUsd } from "../money.ts";
import type { CatalogueRate } from "./catalogue.ts";

/**
 * More digits than this are no published price but the scar of a float: 0.18000000000000002, or a quotient
 * such as 1/12.
 */
const MAX_DIGITS = 12;

/** A JSON number as the decimal that was meant, or undefined when that can't be told. */
export function exactDecimal(value: unknown): string | undefined {
  if (typeof value !== "number") return undefined;
  const text = String(value);
  if (!/^\d+(?:\.\d+)?(?:e-\d+)?$/.test(text)) return undefined;
  const digits = text.replace(/e.*$/, "").replace(".", "").replace(/^0+/, "");
  return digits.length > MAX_DIGITS ? undefined : text;
}

/** A catalogue's number as a rate. Zero is what catalogues write when they do not know: it is left out. */
export function exactRate(value: unknown, per: number): CatalogueRate | undefined {
  const usd = exactDecimal(value);
  if (usd === undefined || value === 0) return undefined;
  return { usd, per, perAmount: parseUsd(usd), stated: true };
}
