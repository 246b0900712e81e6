import type { OtlpEncoding } from "./decode.ts";
import type { DecodedTraces } from "./decoded-traces.ts";

/** What of a request was not taken although its answer is 200; the sender must not send it again. */
export interface PartialSuccess {
  readonly rejectedSpans: number;
  readonly errorMessage: string;
}

/** As many rejected spans are told of one by one; they mostly share their fault. */
const REASONS_TOLD = 3;
const MAX_MESSAGE_CHARACTERS = 2048;
const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** What the sender is to be told of spans that can never be booked; undefined when there are none. */
export function partialSuccessOf({
  rejected,
  rejectedCount,
}: Pick<DecodedTraces, "rejected" | "rejectedCount">): PartialSuccess | undefined {
  if (rejectedCount === 0) return undefined;
  const told = rejected.slice(0, REASONS_TOLD).map(({ reason }) => reason);
  const others = rejectedCount - told.length;
  if (others > 0) told.push(`And ${others} more.`);
  const what = rejectedCount === 1 ? "1 span" : `${rejectedCount} spans`;
  return {
    rejectedSpans: rejectedCount,
    errorMessage: `${what} can't be booked, however often sent. ${told.join(" ")}`,
  };
}

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
