import type { IncomingMessage } from "node:http";
import type { NoRoom, Share } from "./in-flight.ts";

/** The sender went away before the whole body was there. */
export class BodyAborted extends Error {
  override readonly name = "BodyAborted";
}

/** More bytes than the limit. */
export class BodyTooLong extends Error {
  override readonly name = "BodyTooLong";
}

/**
 * Reads a request's body. Room for a body that declares its length is taken before the first byte of it is
 * read, for any other as it comes. Rejects with BodyTooLong as soon as it passes the limit and with NoRoom as
 * soon as it has no room, without holding more.
 */
export async function readBody(request: IncomingMessage, maxBytes: number, share: Share): Promise<Buffer> {
  const declared = declaredLength(request) ?? 0;
  if (declared > maxBytes) throw new BodyTooLong();
  share.cover(declared);
  const chunks: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      chunks.length = 0;
      request.removeAllListeners("data");
      reject(error);
    };
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) return fail(new BodyTooLong());
      try {
        share.cover(length);
      } catch (error) {
        return fail(error as NoRoom);
      }
      chunks.push(chunk);
    });
    request.on("end", resolve);
    request.on("error", () => reject(new BodyAborted()));
    request.on("aborted", () => reject(new BodyAborted()));
  });
  const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length);
  // The request lives until it is answered, and with it those who listen to it.
  chunks.length = 0;
  return body;
}

/** What Content-Length says; undefined for a body that comes in chunks. */
export function declaredLength(request: IncomingMessage): number | undefined {
  const given = request.headers["content-length"];
  return given === undefined ? undefined : Number(given);
}
