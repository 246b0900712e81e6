import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Logger } from "pino";
import {
  BodyTooLarge,
  DecodeError,
  decodeTraces,
  decompress,
  encodeStatus,
  encodeTraceResponse,
  type OtlpEncoding,
  type Selection,
  UnsupportedEncoding,
} from "../otlp/index.ts";
import type { Quarantine } from "../quarantine.ts";
import { BodyAborted, BodyTooLong, readBody } from "./body.ts";
import { type Intake, Overloaded } from "./intake.ts";

/** What the ingest server works with. */
export interface IngestParts {
  readonly intake: Intake;
  readonly selection: Selection;
  readonly quarantine: Quarantine;
  readonly maxBodyBytes: number;
  readonly log: Logger;
  /** True from the moment that the process is asked to stop. */
  readonly stopping: () => boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** google.rpc.Code values. */
const INVALID_ARGUMENT = 3;
const UNIMPLEMENTED = 12;
const UNAVAILABLE = 14;
const RESOURCE_EXHAUSTED = 8;

/**
 * OTLP over HTTP. A 200 is given only after the commit; trouble of ours is always 503, since senders drop
 * what they get any other error for.
 */
export function ingestServer(parts: IngestParts): Server {
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 65_000 },
    (request, response) => {
      answer(parts, request, response).catch((error: unknown) => {
        parts.log.error({ err: error }, "a request could not be answered");
        refuse(response, "json", 503, UNAVAILABLE, "internal trouble; try again", 5);
      });
    },
  );
  server.maxConnections = 4096;
  return server;
}

async function answer(parts: IngestParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  if (path !== "/v1/traces" && path !== "/v1/metrics" && path !== "/v1/logs") {
    return refuse(
      response,
      "json",
      404,
      UNIMPLEMENTED,
      `there is no ${path} here; spans go to POST /v1/traces`,
    );
  }
  if (request.method !== "POST") {
    response.setHeader("allow", "POST");
    return refuse(response, "json", 405, UNIMPLEMENTED, `${path} takes POST, not ${request.method}`);
  }
  const encoding = encodingOf(request.headers["content-type"]);
  if (encoding === undefined) {
    const got = request.headers["content-type"] ?? "none";
    return refuse(
      response,
      "json",
      415,
      INVALID_ARGUMENT,
      `content-type must be application/x-protobuf or application/json, got ${got}`,
    );
  }
  if (parts.stopping()) return refuse(response, encoding, 503, UNAVAILABLE, "the processor is stopping", 1);
  await takeTraces(parts, request, response, encoding, path);
}

async function takeTraces(
  parts: IngestParts,
  request: IncomingMessage,
  response: ServerResponse,
  encoding: OtlpEncoding,
  path: string,
): Promise<void> {
  const limit = parts.maxBodyBytes;
  let body: Uint8Array = new Uint8Array();
  try {
    const raw = await readBody(request, limit);
    // Default SDK set-ups send metrics and logs to the same address; refusing them would fill their logs.
    if (path !== "/v1/traces") return accept(response, encoding);
    body = raw;
    body = await decompress(raw, request.headers["content-encoding"], limit);
    const { spans, rejected, rejectedCount } = decodeTraces(body, encoding, parts.selection);
    if (rejectedCount > 0) await setAside(parts, body, encoding, rejected[0]?.reason ?? "");
    await parts.intake.take(spans, rejectedCount, "default");
    accept(response, encoding);
  } catch (error) {
    if (error instanceof BodyAborted) return;
    if (error instanceof BodyTooLong || error instanceof BodyTooLarge) {
      refuse(
        response,
        encoding,
        413,
        RESOURCE_EXHAUSTED,
        `the body is larger than ${limit} bytes (ingest.max_body_bytes)`,
      );
    } else if (error instanceof UnsupportedEncoding) {
      refuse(response, encoding, 415, INVALID_ARGUMENT, error.message);
    } else if (error instanceof DecodeError) {
      await setAside(parts, body, encoding, error.message);
      refuse(response, encoding, 400, INVALID_ARGUMENT, error.message);
    } else if (error instanceof Overloaded) {
      parts.log.warn({ reason: error.message }, "spans were not booked; the sender is asked to come again");
      refuse(response, encoding, 503, UNAVAILABLE, error.message, error.retryAfterSeconds);
    } else throw error;
  }
}

async function setAside(
  parts: IngestParts,
  body: Uint8Array,
  encoding: OtlpEncoding,
  reason: string,
): Promise<void> {
  const file = await parts.quarantine.keep(body, encoding === "json" ? "json" : "pb", parts.now());
  parts.log.warn({ reason, file }, "a body with undecodable content was kept aside");
}

function encodingOf(contentType: string | undefined): OtlpEncoding | undefined {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === "application/x-protobuf") return "protobuf";
  return type === "application/json" ? "json" : undefined;
}

function contentTypeOf(encoding: OtlpEncoding): string {
  return encoding === "protobuf" ? "application/x-protobuf" : "application/json";
}

function accept(response: ServerResponse, encoding: OtlpEncoding): void {
  response.writeHead(200, { "content-type": contentTypeOf(encoding) }).end(encodeTraceResponse(encoding));
}

function refuse(
  response: ServerResponse,
  encoding: OtlpEncoding,
  status: number,
  code: number,
  message: string,
  retryAfterSeconds?: number,
): void {
  if (response.headersSent || response.destroyed) return;
  if (retryAfterSeconds !== undefined) response.setHeader("retry-after", String(retryAfterSeconds));
  // What is left of a body that was not read would be taken for the next request.
  if (!response.req.complete) response.setHeader("connection", "close");
  response
    .writeHead(status, { "content-type": contentTypeOf(encoding) })
    .end(encodeStatus(encoding, code, message));
}
