/** Whose API a request is for. */
export type Provider = "openai" | "anthropic";

/** A request as the provider sees it. */
export interface ProviderRequest {
  readonly provider: Provider;
  /** Such as `/v1/chat/completions`. */
  readonly path: string;
  /** The model as asked for, before an alias is resolved. */
  readonly model: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The units that the imitated APIs can state in a usage object or, for tools, in their output. */
export type ConsumedUnit =
  | "input"
  | "cache_read"
  | "cache_write"
  | "cache_write_5m"
  | "cache_write_30m"
  | "cache_write_1h"
  | "cache_write_12h"
  | "input_audio"
  | "output"
  | "output_reasoning"
  | "output_audio"
  | "web_search";

/**
 * What one call consumes, in disjoint quantities: a cached token is not also `input`, a reasoning token
 * is not also `output`. The stand-in turns them into the provider's own usage object, where they overlap.
 */
export type Consumption = Readonly<Partial<Record<ConsumedUnit, number>>>;

/** A tool that the model wants to be called. */
export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An error answer; whatever is left out is what the provider says with that status. */
export interface ErrorAnswer {
  readonly status: number;
  readonly type?: string;
  /** OpenAI's `code`; Anthropic has none. */
  readonly code?: string;
  readonly message?: string;
  /** Sent with 429 and 529 (default 1000), and with other errors when given. */
  readonly retryAfterMs?: number;
}

/** What the stand-in is to answer; everything left out has a plausible default. */
export interface Answer {
  /** Default: a quarter of the characters of prompt and text, all `input` and `output`. */
  readonly usage?: Consumption;
  readonly text?: string;
  /** Not for embeddings. */
  readonly toolCalls?: readonly ToolCall[];
  /** The tier that the answer states. Default: the one asked for, or the provider's standard tier. */
  readonly serviceTier?: string;
  /** Answers with this status instead; nothing is billed. */
  readonly error?: ErrorAnswer;
  /** Breaks a stream off after so many events; an answer that is not streamed breaks off inside its body. */
  readonly breakAfterEvents?: number;
  /** How a stream breaks off: `socket` destroys the connection (default), `event` sends the provider's error event. */
  readonly breakWith?: "socket" | "event";
  /** Pause before the first byte. */
  readonly delayMs?: number;
  /** Pause before each event of a stream but the first. */
  readonly eventDelayMs?: number;
}

/** Decides what a request is answered with; undefined means the default answer. */
export type Respond = (request: ProviderRequest) => Answer | undefined | Promise<Answer | undefined>;

const DEFAULT_TEXT = "Good question. Here is a short answer.";

/** Completes an answer with the defaults that every API shares. */
export function completeAnswer(request: ProviderRequest, answer: Answer | undefined): CompleteAnswer {
  const text = answer?.text ?? DEFAULT_TEXT;
  const { input, messages, system } = request.body;
  const prompt = JSON.stringify([system, messages, input]);
  const usage = answer?.usage ?? {
    input: Math.ceil(prompt.length / 4),
    output: request.path === "/v1/embeddings" ? 0 : Math.ceil(text.length / 4),
  };
  return { toolCalls: [], ...answer, text, usage };
}

/** An answer whose content is decided. */
export type CompleteAnswer = Answer & Required<Pick<Answer, "text" | "usage" | "toolCalls">>;
