import { setTimeout as sleep } from "node:timers/promises";
import type { Span } from "@keeptabs/usage";
import { WrongUse } from "../terminal.ts";
import type { SourcedSpan, Target } from "./ledger-target.ts";
import { otlpJsonOf } from "./otlp-json.ts";
import type { Tally } from "./tally.ts";

/** The processor does not take the spans; the message says what it answered. */
export class NotSent extends Error {
  override readonly name = "NotSent";
}

/** Spans in one request. */
const BATCH = 512;
/** How often in a row a request is tried, with pauses from half a second to half a minute. */
const ATTEMPTS = 12;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const REQUEST_MS = 60_000;
/** What the processor, or a proxy before it, answers when it can't take them now. */
const TRY_AGAIN: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** A running processor, which takes spans over OTLP/HTTP. */
export class ProcessorTarget implements Target {
  readonly #url: string;
  readonly #token: string | undefined;
  readonly #tally: Tally;
  readonly #warn: (message: string) => void;

  /** Throws WrongUse when the address is none. */
  constructor(to: string, token: string | undefined, tally: Tally, warn: (message: string) => void) {
    this.#url = tracesUrl(to);
    this.#token = token;
    this.#tally = tally;
    this.#warn = warn;
  }

  async take(spans: readonly SourcedSpan[]): Promise<void> {
    for (let from = 0; from < spans.length; from += BATCH) {
      await this.#send(spans.slice(from, from + BATCH).map(({ span }) => span));
    }
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #send(spans: readonly Span[]): Promise<void> {
    const body = otlpJsonOf(spans);
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#post(body);
      if (answer.kind === "taken") {
        this.#tally.sent += spans.length;
        return;
      }
      if (answer.kind === "too_large" && spans.length > 1) {
        const half = Math.ceil(spans.length / 2);
        await this.#send(spans.slice(0, half));
        return this.#send(spans.slice(half));
      }
      if (answer.kind !== "later" || attempt === ATTEMPTS) throw new NotSent(`${this.#url}: ${answer.why}`);
      const pauseMs = answer.afterMs ?? Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
      this.#warn(`${this.#url}: ${answer.why}; trying again in ${Math.ceil(pauseMs / 1000)} s`);
      await sleep(pauseMs);
    }
  }

  async #post(body: string): Promise<Answer> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        },
        body,
        redirect: "error",
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      text = await response.text();
    } catch (error) {
      const { cause, message } = error as Error;
      return { kind: "later", why: cause instanceof Error ? cause.message || message : message };
    }
    if (response.ok) {
      const refused = partlyRefused(text);
      return refused === undefined ? { kind: "taken" } : { kind: "refused", why: refused };
    }
    const why = `it answered ${response.status}${messageIn(text)}`;
    if (response.status === 413) return { kind: "too_large", why };
    if (response.status === 401 || response.status === 403) {
      return { kind: "refused", why: `${why}; give the token of an ingest source in KEEPTABS_TOKEN` };
    }
    if (!TRY_AGAIN.has(response.status)) return { kind: "refused", why };
    return { kind: "later", why, afterMs: retryAfter(response.headers.get("retry-after")) };
  }
}

type Answer =
  | { readonly kind: "taken" }
  | { readonly kind: "later"; readonly why: string; readonly afterMs?: number | undefined }
  | { readonly kind: "refused" | "too_large"; readonly why: string };

function tracesUrl(to: string): string {
  const url = URL.canParse(to) ? new URL(to) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new WrongUse(`--to: "${to}" is no address such as http://127.0.0.1:4318`);
  if (url.pathname === "/") url.pathname = "/v1/traces";
  return url.href;
}

/** Seconds or a date, as HTTP has it, in milliseconds; nobody is waited for longer than ten minutes. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 600_000) : undefined;
}

function partlyRefused(text: string): string | undefined {
  const partial = objectIn(text)?.["partialSuccess"];
  if (typeof partial !== "object" || partial === null) return undefined;
  const { rejectedSpans, errorMessage } = partial as Readonly<Record<string, unknown>>;
  if (Number(rejectedSpans ?? 0) === 0) return undefined;
  return `it refused ${rejectedSpans} spans: ${errorMessage ?? "no reason given"}`;
}

function messageIn(text: string): string {
  const message = objectIn(text)?.["message"];
  return typeof message === "string" ? `: ${message.slice(0, 300)}` : "";
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
