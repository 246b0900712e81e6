import type { Readable } from "node:stream";

/** A line; without bytes it was longer than allowed, and passed over. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer | undefined;
}

const LINE_FEED = 0x0a;

/** The lines of a stream, without the ends and the spaces around them; the last one may have no end. */
export async function* lines(stream: Readable, maxBytes: number): AsyncGenerator<Line> {
  let number = 0;
  let begun: Buffer[] = [];
  let length = 0;
  const finished = (): Line => {
    number += 1;
    const bytes = length > maxBytes ? undefined : trimmed(Buffer.concat(begun));
    begun = [];
    length = 0;
    return { number, bytes };
  };
  const take = (part: Buffer): void => {
    length += part.length;
    if (length > maxBytes) begun = [];
    else begun.push(part);
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      take(chunk.subarray(from, end));
      from = end + 1;
      yield finished();
    }
    if (from < chunk.length) take(chunk.subarray(from));
  }
  if (length > 0) yield finished();
}

function trimmed(line: Buffer): Buffer {
  let from = 0;
  let until = line.length;
  if (line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) from = 3;
  while (from < until && (line[from] ?? 0) <= 0x20) from += 1;
  while (until > from && (line[until - 1] ?? 0) <= 0x20) until -= 1;
  return line.subarray(from, until);
}

/** All bytes of a stream; undefined when they are more than allowed. */
export async function whole(stream: Readable, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** Messages that stand behind their lengths, four bytes each, big-endian; undefined where one is too long or cut off. */
export async function* frames(stream: Readable, maxBytes: number): AsyncGenerator<Buffer | undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let needed = 4;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (rest.length + waitingBytes < needed) continue;
    rest = Buffer.concat([rest, ...waiting]);
    waiting = [];
    waitingBytes = 0;
    for (;;) {
      if (rest.length < 4) {
        needed = 4;
        break;
      }
      const length = rest.readUInt32BE(0);
      if (length > maxBytes) {
        yield undefined;
        return;
      }
      needed = 4 + length;
      if (rest.length < needed) break;
      yield rest.subarray(4, needed);
      rest = rest.subarray(needed);
    }
  }
  if (rest.length + waitingBytes > 0) yield undefined;
}
