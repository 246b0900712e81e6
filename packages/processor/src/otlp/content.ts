import { promisify } from "node:util";
import zlib, { type ZlibOptions, type ZstdOptions } from "node:zlib";
import { contentSizeHint, isZlibWrapped } from "./content-size.ts";
import { DecodeError } from "./decode-error.ts";

/** The Content-Encoding is none that we read. */
export class UnsupportedEncoding extends Error {
  override readonly name: string = "UnsupportedEncoding";
}

/** The body is longer than allowed, before or after decompression. */
export class BodyTooLarge extends Error {
  override readonly name: string = "BodyTooLarge";
}

/** Above this many compressed bytes the thread pool decompresses, so that other requests are not held up. */
const ASYNC_BYTES = 256 * 1024;
/** Windows up to 8 MiB have to be accepted by every zstd decoder (RFC 8878, 3.1.1.1.2). */
const MIN_WINDOW_LOG = 23;
const MAX_WINDOW_LOG = 27;

const gunzip = promisify<Uint8Array, ZlibOptions, Buffer>(zlib.gunzip);
const inflate = promisify<Uint8Array, ZlibOptions, Buffer>(zlib.inflate);
const inflateRaw = promisify<Uint8Array, ZlibOptions, Buffer>(zlib.inflateRaw);
const zstdDecompress = promisify<Uint8Array, ZstdOptions, Buffer>(zlib.zstdDecompress);

/**
 * Undoes the Content-Encoding of a body: `gzip`, `zstd`, `deflate` or `identity`, which is also meant by
 * none. One encoding, not a list.
 *
 * Throws UnsupportedEncoding, BodyTooLarge when the result would exceed `maxBytes`, and DecodeError for
 * bytes that are not of the encoding. The result never has more than `maxBytes`; while zlib puts it
 * together from chunks, because its size was not declared, there are two of it for a moment.
 */
export async function decompress(
  body: Uint8Array,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<Uint8Array> {
  const encoding = contentEncoding?.trim().toLowerCase() || "identity";
  if (body.length > maxBytes) throw tooLarge(maxBytes);
  switch (encoding) {
    case "identity":
      return body;
    case "gzip":
    case "x-gzip":
      return unpack(body, maxBytes, encoding, zlib.gunzipSync, gunzip);
    case "deflate":
      // "deflate" means zlib's format, but some senders leave its header out.
      return isZlibWrapped(body)
        ? unpack(body, maxBytes, encoding, zlib.inflateSync, inflate)
        : unpack(body, maxBytes, encoding, zlib.inflateRawSync, inflateRaw);
    case "zstd":
      return unpack(body, maxBytes, encoding, zlib.zstdDecompressSync, zstdDecompress);
    default:
      throw new UnsupportedEncoding("The Content-Encoding is none of gzip, zstd, deflate and identity.");
  }
}

type Options = ZlibOptions & ZstdOptions;

/** What zlib gives when it is asked for `info`, which its types do not know. */
interface Unpacked {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

async function unpack(
  body: Uint8Array,
  maxBytes: number,
  encoding: string,
  now: (body: Uint8Array, options: Options) => unknown,
  later: (body: Uint8Array, options: Options) => Promise<unknown>,
): Promise<Uint8Array> {
  const hint = contentSizeHint(body, encoding);
  if (hint.atLeast > maxBytes) throw tooLarge(maxBytes);
  const options: Options = {
    info: true,
    maxOutputLength: Math.max(maxBytes, 1),
    chunkSize: Math.max(64, Math.min(hint.expected, maxBytes) + 64),
    ...(encoding === "zstd" && { params: { [zlib.constants.ZSTD_d_windowLogMax]: windowLog(maxBytes) } }),
  };
  let unpacked: Unpacked;
  try {
    unpacked = (body.length <= ASYNC_BYTES ? now(body, options) : await later(body, options)) as Unpacked;
  } catch (error) {
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
    throw new DecodeError(`The body is not valid ${encoding}.`);
  }
  // zlib reads the members of gzip one after the other, but of the others it reads only the first.
  if (unpacked.engine.bytesWritten < body.length && now !== zlib.gunzipSync) {
    throw new DecodeError(`The body goes on after the end of its ${encoding} data.`);
  }
  if (unpacked.buffer.length > maxBytes) throw tooLarge(maxBytes);
  return unpacked.buffer;
}

function windowLog(maxBytes: number): number {
  return Math.min(MAX_WINDOW_LOG, Math.max(MIN_WINDOW_LOG, Math.ceil(Math.log2(maxBytes))));
}

function tooLarge(maxBytes: number): BodyTooLarge {
  return new BodyTooLarge(`The body is larger than ${maxBytes} bytes.`);
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
