export { BodyTooLarge, decompress, UnsupportedEncoding } from "./content.ts";
export { contentSizeHint } from "./content-size.ts";
export { decodeTraces, type OtlpEncoding } from "./decode.ts";
export { DecodeError } from "./decode-error.ts";
export type { DecodedTraces } from "./decoded-traces.ts";
export { DEFAULT_DECODE_LIMITS } from "./limits.ts";
export { encodeStatus, encodeTraceResponse, type PartialSuccess, partialSuccessOf } from "./response.ts";
export { type AttributeSelection, compileSelection, type Selection } from "./selection.ts";
