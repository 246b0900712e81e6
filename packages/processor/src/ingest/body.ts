import type { IncomingMessage } from "node:http";

/** The sender went away before the whole body was there. */
export class BodyAborted extends Error {
  override readonly name = "BodyAborted";
}

/** More bytes than the limit. */
export class BodyTooLong extends Error {
  override readonly name = "BodyTooLong";
}

/** Reads a request's body. Rejects with BodyTooLong as soon as it passes the limit, without holding more. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > maxBytes) return Promise.reject(new BodyTooLong());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        request.removeAllListeners("data");
        reject(new BodyTooLong());
      } else chunks.push(chunk);
    });
    request.on("end", () =>
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)),
    );
    request.on("error", () => reject(new BodyAborted()));
    request.on("aborted", () => reject(new BodyAborted()));
  });
}
