import type { OtlpEncoding } from "./decode.ts";

/** What of a request was not taken although its answer is 200; the sender must not send it again. */
export interface PartialSuccess {
  readonly rejectedSpans: number;
  readonly errorMessage: string;
}

const MAX_MESSAGE_CHARACTERS = 2048;
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/**
 * Encodes an ExportTraceServiceResponse. For full success, without `partial`, it is the empty message as
 * the OTLP specification demands: no bytes in protobuf, `{}` in JSON.
 */
export function encodeTraceResponse(encoding: OtlpEncoding, partial?: PartialSuccess): Buffer {
  if (partial === undefined) return Buffer.from(encoding === "json" ? "{}" : "");
  const { rejectedSpans } = partial;
  const errorMessage = bounded(partial.errorMessage);
  if (encoding === "json") {
    return Buffer.from(
      JSON.stringify({ partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } }),
    );
  }
  return message(1, Buffer.concat([integer(1, rejectedSpans), message(2, Buffer.from(errorMessage))]));
}

/** Encodes a google.rpc.Status, OTLP's body of an answer that is not 200, with a code of gRPC. */
export function encodeStatus(encoding: OtlpEncoding, code: number, text: string): Buffer {
  const bounds = bounded(text);
  if (encoding === "json") return Buffer.from(JSON.stringify({ code, message: bounds }));
  return Buffer.concat([integer(1, code), message(2, Buffer.from(bounds))]);
}

function bounded(text: string): string {
  return text.slice(0, MAX_MESSAGE_CHARACTERS).toWellFormed();
}

function message(field: number, body: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + LENGTH_DELIMITED), varint(body.length), body]);
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8 + VARINT), varint(value)]);
}

/** A non-negative safe integer. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
