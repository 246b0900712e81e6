/**
 * Money is a whole number of atto-USD (1e-18 USD).
 *
 * List prices need 12 decimals per token and published multipliers add up to three more, so at this
 * scale a rate times a quantity is exact. This file is the only one that knows the scale.
 */
export type AttoUsd = bigint & { readonly __unit: "atto-USD" };

const DECIMALS = 18;
const ATTO_PER_USD = 10n ** 18n;
const ATTO_PER_NANO = 10n ** 9n;

export const ZERO_USD: AttoUsd = 0n as AttoUsd;

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Reads a decimal string such as `0.0025` or `2.5e-3` as USD. Throws RangeError when it is not a
 * decimal number or has a non-zero digit below 1e-18 USD, because it would not be kept exactly.
 */
export function parseUsd(text: string): AttoUsd {
  const { digits, shift } = decimalParts(text);
  if (shift >= 0) return (digits * 10n ** BigInt(shift)) as AttoUsd;
  const divisor = 10n ** BigInt(-shift);
  if (digits % divisor !== 0n) throw new RangeError(`"${text}" has digits below 1e-18 USD`);
  return (digits / divisor) as AttoUsd;
}

/**
 * Reads a decimal string as USD and rounds what lies below 1e-18 half to even: for figures that others
 * computed as floats, never for rates. Throws RangeError when it is not a decimal number.
 */
export function parseUsdRounded(text: string): AttoUsd {
  const { digits, shift } = decimalParts(text);
  if (shift >= 0) return (digits * 10n ** BigInt(shift)) as AttoUsd;
  return divideHalfEven(digits, 10n ** BigInt(-shift)) as AttoUsd;
}

function decimalParts(text: string): { digits: bigint; shift: number } {
  const match = DECIMAL.exec(text);
  if (match === null) throw new RangeError(`"${text}" is not a decimal amount of USD`);
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  const digits = BigInt(whole + fraction);
  return { digits: sign === "-" ? -digits : digits, shift: DECIMALS + Number(exponent) - fraction.length };
}

/** Shows an amount as a plain decimal string without trailing zeros: `0.0025`, `-3`, `0`. `parseUsd` reads it back. */
export function formatUsd(amount: AttoUsd): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(DECIMALS + 1, "0");
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, "");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -DECIMALS)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Shows an amount rounded half to even at `decimals` places, as people read it: `1234.57`. */
export function roundUsd(amount: AttoUsd, decimals: number): string {
  const step = 10n ** BigInt(DECIMALS - decimals);
  const rounded = formatUsd((divideHalfEven(amount, step) * step) as AttoUsd);
  if (decimals === 0) return rounded;
  const [whole, fraction = ""] = rounded.split(".");
  return `${whole}.${fraction.padEnd(decimals, "0")}`;
}

/** The double nearest to an amount in USD: for a line of Prometheus text or a chart, never for arithmetic. */
export function usdToNumber(amount: AttoUsd): number {
  return Number(formatUsd(amount));
}

/** The sum of amounts; exact, and the same in every order. */
export function sumUsd(amounts: Iterable<AttoUsd>): AttoUsd {
  let sum = 0n;
  for (const amount of amounts) sum += amount;
  return sum as AttoUsd;
}

export function addUsd(a: AttoUsd, b: AttoUsd): AttoUsd {
  return (a + b) as AttoUsd;
}

export function subtractUsd(a: AttoUsd, b: AttoUsd): AttoUsd {
  return (a - b) as AttoUsd;
}

/** The same amount with the other sign. */
export function negateUsd(amount: AttoUsd): AttoUsd {
  return -amount as AttoUsd;
}

/** An amount as two integers that SQL can sum exactly: whole nano-USD, and atto-USD below it (0 to 999,999,999). */
export function splitUsd(amount: AttoUsd): { readonly nano: bigint; readonly atto: bigint } {
  // The remainder is kept non-negative, also for negative amounts, so that both parts sum independently.
  const atto = ((amount % ATTO_PER_NANO) + ATTO_PER_NANO) % ATTO_PER_NANO;
  return { nano: (amount - atto) / ATTO_PER_NANO, atto };
}

/** Puts an amount together from its two parts, or from sums of them. */
export function joinUsd(nano: bigint, atto: bigint): AttoUsd {
  return (nano * ATTO_PER_NANO + atto) as AttoUsd;
}

/** `amount × numerator / denominator`, rounded half to even at 1e-18, and whether rounding was needed. */
export function scaleUsd(
  amount: AttoUsd,
  numerator: bigint,
  denominator: bigint,
): { readonly amount: AttoUsd; readonly exact: boolean } {
  const product = amount * numerator;
  if (product % denominator === 0n) return { amount: (product / denominator) as AttoUsd, exact: true };
  return { amount: divideHalfEven(product, denominator) as AttoUsd, exact: false };
}

function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const negative = dividend < 0n !== divisor < 0n;
  const n = dividend < 0n ? -dividend : dividend;
  const d = divisor < 0n ? -divisor : divisor;
  const quotient = n / d;
  const twice = (n % d) * 2n;
  const rounded = twice > d || (twice === d && quotient % 2n === 1n) ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

/** One USD, as a unit to multiply with. */
export const ONE_USD: AttoUsd = ATTO_PER_USD as AttoUsd;
