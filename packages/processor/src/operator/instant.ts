/** RFC 3339 with all nine digits of the second. */
export function instantText(nanos: bigint): string {
  const below = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = new Date(Number((nanos - below) / 1_000_000n)).toISOString().slice(0, 19);
  return `${seconds}.${below.toString().padStart(9, "0")}Z`;
}
