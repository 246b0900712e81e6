import type { Usage } from "../usage.ts";

/** The provider API whose answer is read; the part before the dot is ours, not OpenTelemetry's provider name. */
export type Api =
  | "openai.chat"
  | "openai.responses"
  | "openai.embeddings"
  | "openai.images"
  | "openai.transcription"
  | "openai.speech"
  | "openai.realtime"
  | "openai.batch"
  | "anthropic.messages"
  | "gemini.generate_content"
  | "bedrock.converse"
  | "bedrock.invoke"
  | "mistral.chat"
  | "mistral.ocr"
  | "cohere"
  | "deepseek.chat"
  | "groq.chat"
  | "groq.transcription"
  | "xai.chat"
  | "xai.responses"
  | "openrouter.chat"
  | "vercel.gateway"
  | "voyage";

/** What only the request or the caller's configuration knows and the usage needs. */
export interface RequestFacts {
  readonly model?: string;
  /** Characters of the text to be spoken; speech answers carry no usage. */
  readonly characters?: number;
  /** True for a line of a batch result. */
  readonly batch?: boolean;
  readonly region?: string;
  /** Anthropic's `billing_policy.bill_to`: `user_profile` charges the customer's own organization. */
  readonly billTo?: string;
  /** Response headers by lower-case name; gateways put cost and cache hits there. */
  readonly headers?: ReadonlyMap<string, string>;
}

/** What one answer says about the call. */
export interface ResponseReading {
  readonly usage: Usage;
  readonly responseModel: string | undefined;
  readonly responseId: string | undefined;
}

/** Reads a streamed answer event by event; the caller parses SSE or event-stream frames to JSON. */
export interface StreamReader {
  /** Takes one event's parsed JSON; anything that is not understood is skipped. Never throws. */
  take(event: unknown): void;
  /** True when the events so far include the provider's final word on usage. */
  readonly complete: boolean;
  /**
   * What is known now. Before `complete` the quantities are what has been seen (Anthropic states the
   * prompt first), the quality is `partial` or `missing`, and `lowerBound` is true.
   */
  reading(): ResponseReading;
}
