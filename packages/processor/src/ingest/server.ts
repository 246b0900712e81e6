import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Access, RateLimiter, Refusals, Sender } from "../access/index.ts";
import {
  BodyTooLarge,
  contentSizeHint,
  type DecodedTraces,
  DecodeError,
  decodeTraces,
  decompress,
  encodeTraceResponse,
  type OtlpEncoding,
  type PartialSuccess,
  partialSuccessOf,
  type Selection,
  UnsupportedEncoding,
} from "../otlp/index.ts";
import type { IngestConfig } from "../server-config.ts";
import type { Aside } from "./aside.ts";
import { BodyAborted, BodyTooLong, readBody } from "./body.ts";
import { InFlight, NoRoom, type Share } from "./in-flight.ts";
import { type Intake, Overloaded } from "./intake.ts";
import { contentTypeOf, Refusal, refuse } from "./refusal.ts";

/** What the ingest server works with. */
export interface IngestParts {
  readonly config: IngestConfig;
  readonly access: Access;
  readonly rates: RateLimiter;
  readonly refusals: Refusals;
  readonly intake: Intake;
  readonly selection: Selection;
  readonly aside: Aside;
  /** True from the moment that the process is asked to stop. */
  readonly stopping: () => boolean;
}

const PATHS: readonly string[] = ["/v1/traces", "/v1/metrics", "/v1/logs"];
const HEADERS_TIMEOUT_MS = 10_000;
/** Node looks for requests that are too slow no more often than this. */
const SLOW_CHECK_MS = 1000;

/**
 * OTLP over HTTP. A 200 is given only after the commit; trouble of ours is always 503, since senders drop
 * what they get any other error for.
 */
export function ingestServer(parts: IngestParts): Server {
  const { maxConnections, maxInFlightBytes, requestTimeoutMs } = parts.config;
  const inFlight = new InFlight(maxInFlightBytes);
  const server = createServer(
    {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: SLOW_CHECK_MS,
    },
    (request, response) => void answer(parts, inFlight, request, response),
  );
  server.maxConnections = maxConnections;
  server.on("drop", () => parts.refusals.note("too_many_connections"));
  return server;
}

/** Answers whatever happens: every error becomes a refusal, and one that we did not foresee a 503. */
async function answer(
  parts: IngestParts,
  inFlight: InFlight,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const encoding = encodingOf(request.headers["content-type"]);
  const share = inFlight.share();
  try {
    const path = requirePath(request);
    const sender = admitted(parts, request.headers.authorization);
    if (encoding === undefined) throw unknownType(request);
    if (parts.stopping())
      throw new Refusal(503, "stopping", "the processor is stopping", { retryAfterSeconds: 1 });
    const partial = await readBody(request, parts.config.maxBodyBytes, share).then((raw) =>
      // Default SDK set-ups send metrics and logs to the same address; refusing them would fill their logs.
      path === "/v1/traces" ? take(parts, request, raw, encoding, sender, share) : undefined,
    );
    response
      .writeHead(200, { "content-type": contentTypeOf(encoding) })
      .end(encodeTraceResponse(encoding, partial));
  } catch (error) {
    if (error instanceof BodyAborted) return;
    const refusal = refusalOf(error, parts.config.maxBodyBytes);
    parts.refusals.note(refusal.reason, factsOf(refusal));
    refuse(request, response, encoding ?? "json", refusal);
  } finally {
    share.shrink(0);
  }
}

/** What the log says of a refusal: of a fault of ours all, of a client's nothing that it could choose. */
function factsOf(refusal: Refusal): Readonly<Record<string, unknown>> {
  if (refusal.reason === "internal") return { err: refusal.cause };
  return refusal.status === 503 ? { problem: refusal.message } : {};
}

function requirePath({ url = "", method = "" }: IncomingMessage): string {
  const path = url.split("?", 1)[0] ?? "";
  if (!PATHS.includes(path)) {
    throw new Refusal(404, "no_such_path", `there is no ${path} here; spans go to POST /v1/traces`);
  }
  if (method !== "POST") {
    throw new Refusal(405, "method", `${path} takes POST, not ${method}`, { headers: { allow: "POST" } });
  }
  return path;
}

function admitted({ access, rates }: IngestParts, authorization: string | undefined): Sender {
  const admission = access.sender(authorization);
  if (admission.kind === "unknown") {
    const headers = { "www-authenticate": 'Bearer realm="Keeptabs"' };
    throw new Refusal(401, "no_valid_token", "send a token of role ingest as Authorization: Bearer …", {
      headers,
    });
  }
  if (admission.kind === "forbidden") {
    throw new Refusal(403, "wrong_role", `the token "${admission.name}" is not one of role ingest`);
  }
  const retryAfterSeconds = rates.delay(admission.principal.name);
  if (retryAfterSeconds > 0) {
    throw new Refusal(429, "rate_limit", "more requests than ingest.rate_limit allows", {
      retryAfterSeconds,
    });
  }
  return admission.principal;
}

/**
 * Books what a body holds, and says which of it can never be booked. While that is committed nobody holds the body
 * any more; see `Intake.take`.
 */
function take(
  parts: IngestParts,
  request: IncomingMessage,
  raw: Uint8Array,
  encoding: OtlpEncoding,
  sender: Sender,
  share: Share,
): Promise<PartialSuccess | undefined> {
  const limit = parts.config.maxBodyBytes;
  const compression = request.headers["content-encoding"]?.trim().toLowerCase();
  if (compression !== undefined && compression !== "" && compression !== "identity") {
    share.cover(raw.length + Math.min(contentSizeHint(raw, compression).expected, limit));
  }
  return decompress(raw, compression, limit).then(
    (body) => book(parts, body, encoding, sender),
    (error: unknown) => failed(parts, raw, encoding, error),
  );
}

async function book(
  parts: IngestParts,
  body: Uint8Array,
  encoding: OtlpEncoding,
  sender: Sender,
): Promise<PartialSuccess | undefined> {
  let decoded: DecodedTraces;
  try {
    decoded = decodeTraces(body, encoding, parts.selection);
  } catch (error) {
    return failed(parts, body, encoding, error);
  }
  const { spans, rejected, rejectedCount } = decoded;
  if (rejectedCount > 0) await parts.aside.keep(body, encoding, rejected[0]?.reason ?? "");
  const partial = partialSuccessOf(decoded);
  return parts.intake.take(spans, rejectedCount, sender.source).then(() => partial);
}

/** Keeps a body aside that could not be decoded. Rejects with the error in any case. */
async function failed(
  parts: IngestParts,
  body: Uint8Array,
  encoding: OtlpEncoding,
  error: unknown,
): Promise<never> {
  if (error instanceof DecodeError) await parts.aside.keep(body, encoding, error.message);
  throw error;
}

function refusalOf(error: unknown, maxBodyBytes: number): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof BodyTooLong || error instanceof BodyTooLarge) {
    return new Refusal(
      413,
      "too_large",
      `the body is larger than ${maxBodyBytes} bytes (ingest.max_body_bytes)`,
    );
  }
  if (error instanceof UnsupportedEncoding) return new Refusal(415, "content_encoding", error.message);
  if (error instanceof DecodeError) return new Refusal(400, "undecodable", error.message);
  if (error instanceof NoRoom) {
    const message = "too many bodies are in flight (ingest.max_in_flight_bytes)";
    return new Refusal(503, "in_flight", message, { retryAfterSeconds: 1 });
  }
  if (error instanceof Overloaded) {
    return new Refusal(503, "overloaded", error.message, { retryAfterSeconds: error.retryAfterSeconds });
  }
  return new Refusal(503, "internal", "internal trouble; try again", { retryAfterSeconds: 5, cause: error });
}

function unknownType({ headers }: IncomingMessage): Refusal {
  const got = headers["content-type"] ?? "none";
  const message = `content-type must be application/x-protobuf or application/json, got ${got}`;
  return new Refusal(415, "content_type", message);
}

function encodingOf(contentType: string | undefined): OtlpEncoding | undefined {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === "application/x-protobuf") return "protobuf";
  return type === "application/json" ? "json" : undefined;
}
