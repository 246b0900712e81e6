/** What one request may make the decoder hold. */
export interface DecodeLimits {
  /** More spans than this in one request are a DecodeError. */
  readonly spans: number;
  /** Selected attributes of one span, or of one resource; further ones are left out and counted. */
  readonly attributes: number;
  /** Bytes of one selected value, in all when it is an array or map; a longer one is left out and counted. */
  readonly valueBytes: number;
  /** Arrays and maps inside one another in one selected value; a deeper value is left out and counted. */
  readonly depth: number;
}

export const DEFAULT_DECODE_LIMITS: DecodeLimits = {
  spans: 200_000,
  attributes: 1024,
  valueBytes: 64 * 1024,
  depth: 32,
};

/** Bytes that are kept of the name of a span or scope and of its version. */
export const NAME_BYTES = 1024;
