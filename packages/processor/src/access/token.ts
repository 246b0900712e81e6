import { createHash, randomBytes } from "node:crypto";

/** Sends spans; its calls are booked under `source`, which is part of a call's identity. */
export interface IngestToken {
  readonly name: string;
  readonly role: "ingest";
  readonly source: string;
  readonly sha256: string;
}

/** Reads metrics, pages and API; with a customer, only what belongs to that one. */
export interface ReadToken {
  readonly name: string;
  readonly role: "read";
  readonly customer: string | undefined;
  readonly sha256: string;
}

/** Reads everything, and may change things. */
export interface AdminToken {
  readonly name: string;
  readonly role: "admin";
  readonly sha256: string;
}

/** What the configuration knows of a token: never the token itself, only its SHA-256 in lower-case hexadecimal. */
export type Token = IngestToken | ReadToken | AdminToken;

/** What scanners for leaked secrets, and people, know a token by. */
export const TOKEN_PREFIX = "kt_";

const TOKEN_BYTES = 32;

/** A new token of 256 random bits. It is to be shown once and kept nowhere. */
export function mintToken(): string {
  return `${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString("base64url")}`;
}

/** The hash by which a token is known. A plain hash does: what it hides is random, not a password. */
export function hashOfToken(token: string): string {
  return createHash("sha256").update(token, "utf8").digest("hex");
}
