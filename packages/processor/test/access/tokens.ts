import { hashOfToken, mintToken } from "@keeptabs/processor";

/** Tokens of every role, with the configuration that lets them in. */
export const TOKENS: Readonly<Record<"backend" | "worker" | "grafana" | "acme" | "ops", string>> = {
  backend: mintToken(),
  worker: mintToken(),
  grafana: mintToken(),
  acme: mintToken(),
  ops: mintToken(),
};

const entry = (name: string, role: string, secret: string): string =>
  `  - { name: ${name}, ${role}, sha256: "${hashOfToken(secret)}" }\n`;

/** For senders. */
export const INGEST_TOKENS: string =
  entry("backend", "role: ingest, source: backend", TOKENS.backend) +
  entry("worker", "role: ingest, source: worker", TOKENS.worker);

/** For those who look. */
export const OPERATOR_TOKENS: string =
  entry("grafana", "role: read", TOKENS.grafana) +
  entry("acme-portal", "role: read, customer: acme", TOKENS.acme) +
  entry("ops", "role: admin", TOKENS.ops);

/** As a program shows a token. */
export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** As a browser shows it, once a person has typed it in. */
export function basic(token: string, user = "me"): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}` };
}
