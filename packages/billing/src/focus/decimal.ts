/** An exact decimal: `digits` divided by 10 to the power of `scale`. */
interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** Decimals of a quotient that has no end. */
const DIVISION_SCALE = 24;

function decimal(text: string): Decimal {
  const [whole = "0", fraction = ""] = text.split(".");
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

/** The product of decimal strings, exact. */
export function multiplied(...factors: readonly string[]): string {
  let digits = 1n;
  let scale = 0;
  for (const factor of factors) {
    const one = decimal(factor);
    digits *= one.digits;
    scale += one.scale;
  }
  return plain({ digits, scale });
}

/** The quotient of two decimal strings; rounded half up where it has no end within 24 decimals. */
export function divided(dividend: string, divisor: string): string {
  const [a, b] = [decimal(dividend), decimal(divisor)];
  const numerator = a.digits * 10n ** BigInt(DIVISION_SCALE + b.scale);
  const denominator = b.digits * 10n ** BigInt(a.scale);
  const quotient = numerator / denominator;
  const rounded = (numerator % denominator) * 2n >= denominator ? quotient + 1n : quotient;
  return plain({ digits: rounded, scale: DIVISION_SCALE });
}

function plain({ digits, scale }: Decimal): string {
  if (scale === 0) return String(digits);
  const text = String(digits).padStart(scale + 1, "0");
  const fraction = text.slice(-scale).replace(/0+$/, "");
  return fraction === "" ? text.slice(0, -scale) : `${text.slice(0, -scale)}.${fraction}`;
}
