const HEX = /^[0-9a-fA-F]*$/;
const BASE64 = /^[0-9A-Za-z+/_-]*={0,2}$/;
const ZEROS = /^0*$/;

/** An id in lower-case hex, or what is wrong with it. */
export interface JsonId {
  readonly id: string | undefined;
  readonly fault: string;
}

/**
 * Reads an id of so many bytes. OTLP/JSON writes ids in hex of either case; plain proto3 JSON writes
 * bytes as base64, which for these sizes has another length, so that one can't be taken for the other.
 */
export function readJsonId(text: string, bytes: number): JsonId {
  const hex = toHex(text, bytes);
  if (hex === undefined) {
    return { id: undefined, fault: `must be ${2 * bytes} hex digits, got ${text.length} characters` };
  }
  return ZEROS.test(hex) ? { id: undefined, fault: "must not be all zeros" } : { id: hex, fault: "" };
}

function toHex(text: string, bytes: number): string | undefined {
  if (text.length === 2 * bytes) return HEX.test(text) ? text.toLowerCase() : undefined;
  const unpadded = Math.ceil((bytes * 4) / 3);
  const padded = Math.ceil(bytes / 3) * 4;
  if ((text.length !== unpadded && text.length !== padded) || !BASE64.test(text)) return undefined;
  const decoded = Buffer.from(text, "base64");
  return decoded.length === bytes ? decoded.toString("hex") : undefined;
}
