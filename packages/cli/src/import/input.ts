import { closeSync, createReadStream, fstatSync, openSync, type ReadStream, readSync } from "node:fs";
import { pipeline, type Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { WrongUse } from "../terminal.ts";

/** A file that is imported: what it is, and its bytes, decompressed. */
export interface Input {
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** Bytes of the file that were read so far. */
  readonly bytesRead: () => number;
  /** Everything in it, once. */
  readonly stream: () => Readable;
  /** The first bytes, up to 64 KiB. */
  readonly head: () => Promise<Buffer>;
}

const HEAD_BYTES = 64 * 1024;
const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Looks at a file. Throws WrongUse when it can't be read. */
export function inputAt(path: string): Input {
  const { size, modifiedMs, magic } = factsOf(path);
  let file: ReadStream | undefined;
  const open = (): { readonly file: ReadStream; readonly bytes: Readable } => {
    const source = createReadStream(path);
    if (magic.subarray(0, 2).equals(GZIP)) return { file: source, bytes: through(source, createGunzip()) };
    if (magic.equals(ZSTD)) return { file: source, bytes: through(source, createZstdDecompress()) };
    return { file: source, bytes: source };
  };
  return {
    path,
    size,
    modifiedMs,
    bytesRead: () => file?.bytesRead ?? 0,
    stream: () => {
      const opened = open();
      file = opened.file;
      return opened.bytes;
    },
    head: async () => {
      const chunks: Buffer[] = [];
      let length = 0;
      const { file: source, bytes } = open();
      try {
        for await (const chunk of bytes as AsyncIterable<Buffer>) {
          chunks.push(chunk);
          length += chunk.length;
          if (length >= HEAD_BYTES) break;
        }
      } catch {
        // Whoever reads all of it meets the same, after what comes before.
      }
      source.destroy();
      return Buffer.concat(chunks).subarray(0, HEAD_BYTES);
    },
  };
}

function factsOf(path: string): {
  readonly size: number;
  readonly modifiedMs: number;
  readonly magic: Buffer;
} {
  try {
    const fd = openSync(path, "r");
    try {
      const { size, mtimeMs } = fstatSync(fd);
      const magic = Buffer.alloc(4);
      const length = readSync(fd, magic);
      return { size, modifiedMs: mtimeMs, magic: magic.subarray(0, length) };
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new WrongUse(`cannot read ${path}: ${(error as Error).message}`);
  }
}

function through(source: Readable, transform: NodeJS.ReadWriteStream & Readable): Readable {
  // Its error is the transform's too, where whoever reads gets it.
  pipeline(source, transform, () => undefined);
  return transform;
}
