import type { IncomingMessage, ServerResponse } from "node:http";
import { encodeStatus, type OtlpEncoding } from "../otlp/index.ts";
import { declaredLength } from "./body.ts";

/** google.rpc.Code of each status that is given here. */
const CODES = {
  400: 3,
  401: 16,
  403: 7,
  404: 12,
  405: 12,
  413: 8,
  415: 3,
  429: 8,
  503: 14,
} as const;

/** Why a request is not taken. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: keyof typeof CODES;
  /** One of few words, for counting. */
  readonly reason: string;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: keyof typeof CODES,
    reason: string,
    message: string,
    more: {
      readonly retryAfterSeconds?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.status = status;
    this.reason = reason;
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.headers = more.headers ?? {};
  }
}

/** Up to this length the rest of a refused body is let run off, since cutting the connection could cut off the answer. */
const RUN_OFF_BYTES = 1024 * 1024;

/** Answers with a refusal in the sender's encoding. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  encoding: OtlpEncoding,
  refusal: Refusal,
): void {
  if (response.headersSent || response.destroyed) return;
  for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
  if (refusal.retryAfterSeconds !== undefined)
    response.setHeader("retry-after", String(refusal.retryAfterSeconds));
  if (!request.complete) {
    if ((declaredLength(request) ?? Number.POSITIVE_INFINITY) <= RUN_OFF_BYTES) request.resume();
    else response.setHeader("connection", "close");
  }
  response
    .writeHead(refusal.status, { "content-type": contentTypeOf(encoding) })
    .end(encodeStatus(encoding, CODES[refusal.status], refusal.message));
}

/** The media type of an encoding. */
export function contentTypeOf(encoding: OtlpEncoding): string {
  return encoding === "protobuf" ? "application/x-protobuf" : "application/json";
}
