/** What can't be looked into: gzip and zstd. */
const COMPRESSED = [Buffer.from([0x1f, 0x8b]), Buffer.from([0x28, 0xb5, 0x2f, 0xfd])];

/** True when an identity stands in a file's bytes, plain or as JSON escapes it, or when that can't be told. */
export function mentions(bytes: Buffer, identity: string): boolean {
  if (COMPRESSED.some((magic) => bytes.subarray(0, magic.length).equals(magic))) return true;
  const text = bytes.toString("utf8");
  const plain = text
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\(["\\/])/g, "$1");
  return [text, plain].some((one) => one.normalize("NFC").includes(identity));
}
