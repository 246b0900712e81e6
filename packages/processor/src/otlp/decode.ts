import type { DecodedTraces } from "./decoded-traces.ts";
import { decodeJsonTraces } from "./json-traces.ts";
import { DEFAULT_DECODE_LIMITS, type DecodeLimits } from "./limits.ts";
import { decodeProtobufTraces } from "./protobuf-traces.ts";
import type { Selection } from "./selection.ts";

/** The two encodings of OTLP over HTTP. */
export type OtlpEncoding = "protobuf" | "json";

/**
 * Decodes the body of an OTLP trace export. Only selected attributes of spans and resources are made;
 * nothing else of the body is kept or referred to.
 *
 * Throws DecodeError and nothing else, whatever the bytes are. A span without valid ids is rejected and
 * does not harm the others.
 */
export function decodeTraces(
  body: Uint8Array,
  encoding: OtlpEncoding,
  selection: Selection,
  limits: DecodeLimits = DEFAULT_DECODE_LIMITS,
): DecodedTraces {
  return encoding === "protobuf"
    ? decodeProtobufTraces(body, selection, limits)
    : decodeJsonTraces(body, selection, limits);
}
