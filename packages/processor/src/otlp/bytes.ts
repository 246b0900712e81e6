/**
 * Keys made of bytes that are not yet strings: how they are hashed and compared. Several bytes are read
 * at a time through a DataView, because the decoder's time goes into exactly this.
 */

/** A hash of 32 bits that looks at the length and, in longer keys, at the middle and last four bytes. */
export function hashBytes(view: DataView, start: number, length: number): number {
  let hash = length;
  if (length >= 4) {
    const last = start + length - 4;
    hash = Math.imul(hash ^ view.getInt32(last, true), 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ view.getInt32((start + last) >>> 1, true), 0x85ebca6b);
  } else {
    for (let at = start; at < start + length; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x9e3779b1);
  }
  return hash ^ (hash >>> 16);
}

/** Whether two ranges of equal length hold the same bytes. */
export function sameBytes(
  left: DataView,
  leftStart: number,
  right: DataView,
  rightStart: number,
  length: number,
): boolean {
  if (length < 8) {
    for (let at = 0; at < length; at++) {
      if (left.getUint8(leftStart + at) !== right.getUint8(rightStart + at)) return false;
    }
    return true;
  }
  // The optimising compiler compares these as machine words and makes no bigint.
  const last = length - 8;
  for (let at = 0; at < last; at += 8) {
    if (left.getBigInt64(leftStart + at, true) !== right.getBigInt64(rightStart + at, true)) return false;
  }
  return left.getBigInt64(leftStart + last, true) === right.getBigInt64(rightStart + last, true);
}

/** A DataView over exactly the given bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
