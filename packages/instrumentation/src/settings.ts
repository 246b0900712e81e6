import type { PriceBook } from "@keeptabs/pricing";

/** What can be chosen; every part has a default. */
export interface RegisterOptions {
  /** Default: the price book of this release. Amounts on spans are informative; the processor prices anew. */
  readonly priceBook?: PriceBook;
  /** Whether OpenAI's streamed chats are asked for their usage when the application does not. Default true. */
  readonly includeUsage?: boolean;
  /** Whether the cost is also written as the double `gen_ai.usage.cost`. Default true. */
  readonly costAttribute?: boolean;
  /** Where `fetch` is found and replaced. Default: `globalThis`. */
  readonly target?: { fetch: typeof fetch };
}

/** The options in force. */
export type Settings = Omit<RegisterOptions, "target">;
