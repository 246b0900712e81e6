import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BodyTooLarge, DecodeError, decompress, UnsupportedEncoding } from "../../src/otlp/index.ts";

const MEBIBYTE = 1024 * 1024;
const LIMIT = 64 * MEBIBYTE;
const text = Buffer.from("The quick brown fox jumps over the lazy dog. ".repeat(20_000));
/** Bytes that can't be compressed, so that the compressed body is large too. */
const noise = Buffer.from(
  Array.from({ length: 600_000 }, (_, index) => (Math.imul(index, 0x9e3779b1) ^ (index >>> 3)) >>> 24),
);

describe("the Content-Encoding of a body", () => {
  it.each([
    ["identity", (body: Buffer) => body],
    ["", (body: Buffer) => body],
    [undefined, (body: Buffer) => body],
    ["gzip", gzipSync],
    [" GZIP ", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
    ["zstd", zstdCompressSync],
  ] as const)(
    "%s is undone, in a small body at once and in a large one in the thread pool",
    async (encoding, pack) => {
      for (const body of [Buffer.from("x"), text, noise]) {
        const undone = await decompress(pack(body), encoding, LIMIT);
        expect(Buffer.compare(undone, body)).toBe(0);
      }
    },
  );

  it("gzip of several members is one body", async () => {
    const body = Buffer.concat([gzipSync(text), gzipSync("and"), gzipSync(noise)]);
    expect(await decompress(body, "gzip", LIMIT)).toEqual(Buffer.concat([text, Buffer.from("and"), noise]));
  });

  it.each(["br", "gzip, gzip", "compress", "secret"])("%s is unsupported", async (encoding) => {
    const refusal = decompress(gzipSync("x"), encoding, LIMIT);
    await expect(refusal).rejects.toThrow(UnsupportedEncoding);
    await expect(refusal).rejects.not.toThrow(/secret/);
  });

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["zstd", zstdCompressSync],
  ] as const)("%s may fill the limit to the last byte and not one byte more", async (encoding, pack) => {
    for (const body of [text, noise]) {
      expect(await decompress(pack(body), encoding, body.length + 200)).toHaveLength(body.length);
      if (body === text)
        expect(await decompress(pack(body), encoding, body.length)).toHaveLength(body.length);
      await expect(decompress(pack(body), encoding, body.length - 1)).rejects.toThrow(BodyTooLarge);
    }
  });

  it("a plain body over the limit is too large", async () => {
    expect(await decompress(text, undefined, text.length)).toBe(text);
    await expect(decompress(text, undefined, text.length - 1)).rejects.toThrow(BodyTooLarge);
  });

  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["zstd", zstdCompressSync],
  ] as const)("%s that is corrupt, cut off or goes on is refused", async (encoding, pack) => {
    for (const body of [text, noise]) {
      const packed = pack(body);
      const corrupt = Buffer.from(packed);
      corrupt.fill(0xa5, packed.length >> 1, (packed.length >> 1) + 40);
      const all = [
        corrupt,
        packed.subarray(0, -20),
        packed.subarray(0, 5),
        Buffer.alloc(0),
        Buffer.from("no such thing"),
      ];
      if (encoding !== "gzip") all.push(Buffer.concat([packed, packed]));
      all.push(Buffer.concat([packed, Buffer.from("and more")]));
      for (const bad of all) await expect(decompress(bad, encoding, LIMIT)).rejects.toThrow(DecodeError);
    }
  });

  it("a size that gzip declares falsely neither reserves memory nor is believed", async () => {
    const small = gzipSync("x");
    small.writeUInt32LE(LIMIT - 1, small.length - 4);
    const before = process.memoryUsage().arrayBuffers;
    const refusals = Array.from({ length: 200 }, () =>
      expect(decompress(small, "gzip", LIMIT)).rejects.toThrow(DecodeError),
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
    await Promise.all(refusals);
  });

  it.each([
    ["gzip", gzipBomb()],
    ["zstd", zstdBomb()],
  ])("a bomb of 1 GiB in %s is refused fast and in little memory", async (encoding, bomb) => {
    expect(bomb.length).toBeLessThan(2 * MEBIBYTE);
    const before = process.memoryUsage.rss();
    const start = performance.now();
    await expect(decompress(bomb, encoding, 16 * MEBIBYTE)).rejects.toThrow(BodyTooLarge);
    expect(performance.now() - start).toBeLessThan(1000);
    expect((process.memoryUsage.rss() - before) / MEBIBYTE).toBeLessThan(100);
  });

  it("zstd that asks for a window beyond the limit is refused, up to 8 MiB it is not", async () => {
    for (const [windowLog, limit, taken] of [
      [23, 1000, true],
      [24, 1000, false],
      [26, LIMIT, true],
      [27, LIMIT, false],
    ] as const) {
      const block = Buffer.from([(5 << 3) | 1, 0, 0, ...Buffer.from("hello")]);
      const frame = Buffer.concat([
        Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (windowLog - 10) << 3]),
        block,
      ]);
      const result = decompress(frame, "zstd", limit);
      if (taken) expect(Buffer.from(await result).toString()).toBe("hello");
      else await expect(result).rejects.toThrow(DecodeError);
    }
  });
});

/** 1 GiB of zeros as members of 64 MiB, so that making it takes little memory; the last declares a small size. */
function gzipBomb(): Buffer {
  const member = gzipSync(Buffer.alloc(64 * MEBIBYTE));
  return Buffer.concat([...Array.from({ length: 16 }, () => member), gzipSync("x")]);
}

/** One frame without a declared size: zstd's repeated-byte blocks of 128 KiB. */
function zstdBomb(): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]);
  const size = 128 * 1024;
  const block = (last: number) => {
    const head = (size << 3) | (1 << 1) | last;
    return Buffer.from([head & 0xff, (head >> 8) & 0xff, (head >> 16) & 0xff, 0]);
  };
  return Buffer.concat([header, ...Array.from({ length: 8191 }, () => block(0)), block(1)]);
}
