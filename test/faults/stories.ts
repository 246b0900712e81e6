import { picoUsd } from "../scenario/rates.ts";
import type { SentSpan } from "./otlp.ts";
import type { Random } from "./random.ts";

/** A call as the ledger must have it in the end, whatever happened on the way. */
export interface TrueCall {
  readonly customer: string;
  readonly feature: string;
  readonly provider: string;
  readonly model: string;
  readonly quantities: Readonly<Record<string, number>>;
  /** Undefined for a call that has no price. */
  readonly pico: bigint | undefined;
  readonly failed: boolean;
  /** Unix milliseconds. */
  readonly endedAt: number;
}

/** Spans that always travel in one request. */
export interface Parcel {
  readonly spans: readonly SentSpan[];
  /** Which of them are calls, and so must be entries: trace id + span id. */
  readonly entries: readonly string[];
  /** Sent when this one was acknowledged: the same span with other content, which must be set aside. */
  readonly forgery?: Parcel;
}

/** Spans that belong together, in the parcels in which they are sent, and what is true of them. */
export interface Story {
  readonly parcels: readonly Parcel[];
  readonly calls: readonly TrueCall[];
}

interface Model {
  readonly provider: string;
  readonly name: string;
  readonly units: readonly string[];
}

const MODELS: readonly Model[] = [
  { provider: "openai", name: "gpt-4o-mini-2024-07-18", units: ["input", "cache_read", "output"] },
  { provider: "openai", name: "gpt-5-mini-2025-08-07", units: ["input", "cache_read", "output"] },
  { provider: "openai", name: "text-embedding-3-small", units: ["input"] },
  { provider: "anthropic", name: "claude-haiku-4-5-20251001", units: ["input", "cache_read", "output"] },
];
const UNPRICED: Model = { provider: "openai", name: "house-model-7b", units: ["input", "output"] };
const CUSTOMERS = ["acme", "globex", "initech", "umbrella", 'tricky "quoted", \\ü'];
const FEATURES = ["assistant", "search", "agent"];
const NOBODY = "__unattributed__";
const OCTOBER = Date.UTC(2026, 9, 1);
const MINUTE = 60_000;

/** When calls end; `now` for those of this minute. */
export type When = (random: Random) => number;

/** Mostly some time in October 2026, now and then this minute. */
export const someTime: When = (random) =>
  random.chance(0.3)
    ? Date.now() - random.between(0, MINUTE)
    : OCTOBER + random.between(0, 30 * 24 * 60 - 1) * MINUTE + random.between(0, MINUTE - 1);

/** The next story: mostly a plain call, now and then one of the kinds that make trouble. */
export function nextStory(random: Random, when: When = someTime): Story {
  return new Teller(random, when).next();
}

/** A call with a price, in one span, that ends exactly when it is told. */
export function plainStory(random: Random, when: When): Story {
  return new Teller(random, when).plain();
}

interface Names {
  readonly customer?: string | undefined;
  readonly feature?: string | undefined;
}

class Teller {
  readonly #random: Random;
  readonly #endedAt: number;
  readonly #who: Required<Names>;

  constructor(random: Random, when: When) {
    this.#random = random;
    this.#endedAt = when(random);
    this.#who = { customer: random.pick(CUSTOMERS), feature: random.pick(FEATURES) };
  }

  next(): Story {
    const dice = this.#random.next();
    if (dice < 0.46) return this.plain();
    if (dice < 0.64) return this.#namedAbove();
    if (dice < 0.74) return this.#describedTwice();
    if (dice < 0.8) return this.#answeredOnce();
    if (dice < 0.87) return this.#plain(this.#who, UNPRICED);
    if (dice < 0.91) return this.#plain({}, this.#random.pick(MODELS));
    if (dice < 0.95) return this.#plain(this.#who, this.#random.pick(MODELS), true);
    return this.#forged();
  }

  plain(): Story {
    return this.#plain(this.#who, this.#random.pick(MODELS));
  }

  #plain(who: Names, model: Model, failed = false): Story {
    const call = this.#call(model, failed);
    return { parcels: [parcel(call.span({ who }))], calls: [call.truth(who)] };
  }

  /** Up to three calls below a span that names their customer, and that may arrive before or after them. */
  #namedAbove(): Story {
    const traceId = this.#random.hex(16);
    const root = this.#random.hex(8);
    const calls = Array.from({ length: this.#random.between(1, 3) }, () =>
      this.#call(this.#random.pick(MODELS), false, traceId),
    );
    const parcels = calls.map((call) => {
      if (this.#random.chance(0.6)) return parcel(call.span({ parentSpanId: root }));
      // A span in between that names nobody; it is sent together with its call.
      const middle = this.#random.hex(8);
      return parcel(call.span({ parentSpanId: middle }), this.#note(traceId, middle, root, {}));
    });
    return {
      parcels: [...parcels, parcel(this.#note(traceId, root, undefined, this.#who))],
      calls: calls.map((call) => call.truth(this.#who)),
    };
  }

  /** A framework's span and the client's below it: one call, of which sometimes only the outer names the customer. */
  #describedTwice(): Story {
    const call = this.#call(this.#random.pick(MODELS), false);
    const outer = this.#random.hex(8);
    const inner = call.span({ parentSpanId: outer, who: this.#random.chance(0.5) ? this.#who : {} });
    const framework = call.span({ spanId: outer, scope: "assistant-framework", who: this.#who });
    return { parcels: [parcel(inner), parcel(framework)], calls: [call.truth(this.#who)] };
  }

  /** One answer of the provider that two instrumentations recorded in traces of their own. */
  #answeredOnce(): Story {
    const call = this.#call(this.#random.pick(MODELS), false);
    const responseId = `resp_${this.#random.hex(12)}`;
    const one = call.span({ responseId, who: this.#who });
    const other = call.span({
      responseId,
      who: this.#who,
      scope: "assistant-framework",
      traceId: this.#random.hex(16),
      spanId: this.#random.hex(8),
    });
    return { parcels: [parcel(one), parcel(other)], calls: [call.truth(this.#who)] };
  }

  /** A call whose span comes again later with other content. */
  #forged(): Story {
    const call = this.#call(this.#random.pick(MODELS), false);
    const honest = call.span({ who: this.#who });
    const forged = {
      ...honest,
      attributes: [...honest.attributes, ["gen_ai.response.id", "forged"] as const],
    };
    const forgery: Parcel = { spans: [forged], entries: [] };
    return { parcels: [{ ...parcel(honest), forgery }], calls: [call.truth(this.#who)] };
  }

  #note(traceId: string, spanId: string, parentSpanId: string | undefined, who: Names): SentSpan {
    return {
      traceId,
      spanId,
      parentSpanId,
      scope: "assistant-api",
      name: "POST /assistant",
      startedAt: this.#endedAt - 5000,
      endedAt: this.#endedAt + 5,
      failed: false,
      attributes: namesOf(who),
    };
  }

  #call(model: Model, failed: boolean, traceId: string = this.#random.hex(16)): DrawnCall {
    const spanId = this.#random.hex(8);
    const quantities = Object.fromEntries(model.units.map((unit) => [unit, this.#random.between(1, 9_999)]));
    return new DrawnCall({ model, failed, traceId, spanId, quantities, endedAt: this.#endedAt });
  }
}

interface Drawn {
  readonly model: Model;
  readonly failed: boolean;
  readonly traceId: string;
  readonly spanId: string;
  readonly quantities: Readonly<Record<string, number>>;
  readonly endedAt: number;
}

interface Described {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly scope?: string;
  readonly responseId?: string;
  readonly who?: Names;
}

/** One call, and the spans that may describe it. */
class DrawnCall {
  readonly #drawn: Drawn;

  constructor(drawn: Drawn) {
    this.#drawn = drawn;
  }

  span({ traceId, spanId, parentSpanId, scope, responseId, who = {} }: Described): SentSpan {
    const { model, quantities, endedAt, failed } = this.#drawn;
    const { input = 0, cache_read, output } = quantities;
    return {
      traceId: traceId ?? this.#drawn.traceId,
      spanId: spanId ?? this.#drawn.spanId,
      parentSpanId,
      scope: scope ?? "assistant-api",
      name: `chat ${model.name}`,
      startedAt: endedAt - 800,
      endedAt,
      failed,
      attributes: [
        ["gen_ai.operation.name", output === undefined ? "embeddings" : "chat"],
        ["gen_ai.provider.name", model.provider],
        ["gen_ai.request.model", model.name],
        ["gen_ai.response.model", model.name],
        ...(responseId === undefined ? [] : [["gen_ai.response.id", responseId] as const]),
        ["gen_ai.usage.input_tokens", input + (cache_read ?? 0)],
        ...(cache_read === undefined ? [] : [["gen_ai.usage.cache_read.input_tokens", cache_read] as const]),
        ...(output === undefined ? [] : [["gen_ai.usage.output_tokens", output] as const]),
        ...namesOf(who),
        ["gen_ai.input.messages", '[{"role":"user","parts":[{"type":"text","content":"a secret prompt"}]}]'],
      ],
    };
  }

  truth({ customer = NOBODY, feature = "" }: Names): TrueCall {
    const { model, quantities, endedAt, failed } = this.#drawn;
    const pico = picoUsd(model.name, quantities);
    return {
      customer,
      feature,
      provider: model.provider,
      model: model.name,
      quantities,
      pico,
      failed,
      endedAt,
    };
  }
}

function namesOf({ customer, feature }: Names): (readonly [string, string])[] {
  return [
    ...(customer === undefined ? [] : [["customer.id", customer] as const]),
    ...(feature === undefined ? [] : [["keeptabs.feature", feature] as const]),
  ];
}

function parcel(...spans: SentSpan[]): Parcel {
  const isCall = ({ attributes }: SentSpan): boolean =>
    attributes.some(([key]) => key === "gen_ai.request.model");
  return { spans, entries: spans.filter(isCall).map(({ traceId, spanId }) => traceId + spanId) };
}
