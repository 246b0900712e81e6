import type { CompleteAnswer, ConsumedUnit, Consumption, ProviderRequest } from "./answer.ts";

/** One server-sent event of a streamed answer. */
export interface ServerSentEvent {
  /** The `event:` line; OpenAI's chat stream has none. */
  readonly event?: string;
  readonly data: object | "[DONE]";
  /** True for the event with the provider's final word on usage. */
  readonly final?: boolean;
}

/** What a provider is about to send, in both forms: the request decides which one is sent. */
export interface Reply {
  /** Undefined for embeddings, which have no response id. */
  readonly id: string | undefined;
  readonly model: string;
  readonly serviceTier: string | undefined;
  /** The provider's own usage object, exactly as it stands in `body`. */
  readonly usage: object;
  readonly body: object;
  readonly events: readonly ServerSentEvent[];
}

/** Everything an answer is made from. */
export interface Order {
  readonly request: ProviderRequest;
  /** The dated model that serves the request. */
  readonly model: string;
  readonly answer: CompleteAnswer;
  readonly at: Date;
}

/** Splits a text at its words, as a model would stream it; the parts join to the text again. */
export function pieces(text: string): readonly string[] {
  return text.match(/\s*\S+\s*?(?=\s|$)|\s+$/g) ?? [];
}

/** Adds quantities up; those not given are 0. */
export function sum(consumption: Consumption, ...units: readonly ConsumedUnit[]): number {
  return units.reduce((total, unit) => total + (consumption[unit] ?? 0), 0);
}

/** Throws RangeError when the API has no field to state a quantity in: the bill would say more than the answer. */
export function refuseUnstatable(order: Order, statable: ReadonlySet<ConsumedUnit>): void {
  for (const [unit, quantity] of Object.entries(order.answer.usage)) {
    if (!Number.isSafeInteger(quantity) || quantity < 0) {
      throw new RangeError(`${unit} must be a non-negative integer, got ${quantity}`);
    }
    if (quantity > 0 && !statable.has(unit as ConsumedUnit)) {
      throw new RangeError(`${order.request.path} can't state a quantity of ${unit}`);
    }
  }
}
