/** More bytes than these of one answer, or of one event of a stream, are not kept: usage is then missing. */
export const MAX_KEPT_BYTES: number = 32 * 1024 * 1024;

/** One after the other, in memory of its own: a byte stream takes away the memory of what is given to it. */
export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
