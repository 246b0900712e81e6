import { z } from "zod";
import type { RateLimit } from "./access/index.ts";

/** How spans are taken in, and how much of it at a time. */
export interface IngestConfig {
  readonly host: string;
  readonly port: number;
  readonly maxBodyBytes: number;
  /** Bodies that are being read, decoded or booked, together. */
  readonly maxInFlightBytes: number;
  readonly maxConnections: number;
  /** From the first byte of a request to its last. */
  readonly requestTimeoutMs: number;
  /** Of each token. */
  readonly rateLimit: RateLimit | undefined;
}

/** Where metrics, pages and API are served, and how. */
export interface OperatorConfig {
  readonly host: string;
  readonly port: number;
  /** True to let everybody look who can reach a host beyond this machine. */
  readonly withoutTokens: boolean;
  /** Of each token. */
  readonly rateLimit: RateLimit | undefined;
}

const MIB = 1024 * 1024;

const host = z.string().min(1).default("127.0.0.1");
const port = z.int().min(0).max(65_535);
const rateLimit = z
  .strictObject({ requests_per_second: z.number().positive().max(1e6), burst: z.int().min(1).max(1e6) })
  .transform((given): RateLimit => ({ perSecond: given.requests_per_second, burst: given.burst }))
  .optional();

/** The key `ingest`. */
export const ingestSchema: z.ZodType<IngestConfig> = z
  .strictObject({
    host,
    port: port.default(4318),
    max_body_bytes: z
      .int()
      .min(1024)
      .default(16 * MIB),
    max_in_flight_bytes: z
      .int()
      .min(2048)
      .default(256 * MIB),
    max_connections: z.int().min(1).default(4096),
    request_timeout_seconds: z.int().min(1).max(600).default(30),
    rate_limit: rateLimit,
  })
  .refine((given) => given.max_in_flight_bytes >= 2 * given.max_body_bytes, {
    path: ["max_in_flight_bytes"],
    message: "must be at least twice max_body_bytes, since a compressed body is there twice for a moment",
  })
  .transform((given) => ({
    host: given.host,
    port: given.port,
    maxBodyBytes: given.max_body_bytes,
    maxInFlightBytes: given.max_in_flight_bytes,
    maxConnections: given.max_connections,
    requestTimeoutMs: given.request_timeout_seconds * 1000,
    rateLimit: given.rate_limit,
  }))
  .prefault({});

/** The key `operator`. */
export const operatorSchema: z.ZodType<OperatorConfig> = z
  .strictObject({
    host,
    port: port.default(9464),
    without_tokens: z.boolean().default(false),
    rate_limit: rateLimit,
  })
  .transform((given) => ({
    host: given.host,
    port: given.port,
    withoutTokens: given.without_tokens,
    rateLimit: given.rate_limit,
  }))
  .prefault({});
