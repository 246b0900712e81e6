/** Larger powers of ten are no amount of money, and would make strings of that length. */
const MAX_EXPONENT = 40;

/**
 * An amount of money as a plain decimal string, from a JSON number or a string such as `1.2e-05`.
 *
 * A number is taken as its shortest decimal form, which is what the sender wrote; exponents are written
 * out. Undefined for anything negative, not finite or not a decimal.
 */
export function decimalOf(value: unknown): string | undefined {
  const written = typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
  const match = /^(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,4}))?$/.exec(written);
  if (match === null) return undefined;
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const power = Number(exponent);
  if (Math.abs(power) > MAX_EXPONENT) return undefined;
  return plain(BigInt(whole + fraction), fraction.length - power);
}

/** The sum of two plain decimal strings, exact. */
export function addDecimals(a: string, b: string): string {
  const [x, y] = [parsed(a), parsed(b)];
  const scale = Math.max(x.scale, y.scale);
  return plain(x.digits * 10n ** BigInt(scale - x.scale) + y.digits * 10n ** BigInt(scale - y.scale), scale);
}

/** True for a plain decimal string above zero. */
export function isPositive(decimal: string): boolean {
  return /[1-9]/.test(decimal);
}

/** `digits` divided by 10 to the power of `scale`, without trailing zeros; exact. */
export function plain(digits: bigint, scale: number): string {
  if (scale <= 0) return String(digits * 10n ** BigInt(-scale));
  const padded = String(digits).padStart(scale + 1, "0");
  const fraction = padded.slice(-scale).replace(/0+$/, "");
  const whole = padded.slice(0, -scale);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

function parsed(decimal: string): { readonly digits: bigint; readonly scale: number } {
  const [whole = "0", fraction = ""] = decimal.split(".");
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}
