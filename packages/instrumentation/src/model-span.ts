import { charge, defaultPriceBook } from "@keeptabs/pricing";
import {
  ATTR_KEEPTABS_OUTCOME,
  type Outcome,
  type ResponseReading,
  semconv,
  usageToAttributes,
} from "@keeptabs/usage";
import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { costAttributes } from "./cost-attributes.ts";
import { attributionIn } from "./customer.ts";
import type { ModelRequest } from "./model-request.ts";
import { safely } from "./safely.ts";
import type { Settings } from "./settings.ts";
import { attributionAttributes } from "./span-processor.ts";

const SCOPE = "@keeptabs/instrumentation";

/** How a call ended. */
export interface Ending {
  readonly outcome: Outcome;
  /** `error.type`: a status code or a short name, never a message. */
  readonly error?: string;
  /** What the answer said, where there was one. */
  readonly reading?: ResponseReading;
}

/** The span of one HTTP request to a model. Its parts fail one by one and never disturb the call. */
export class ModelSpan {
  readonly #span: Span;
  readonly #context: Context;
  readonly #request: ModelRequest;
  readonly #settings: Settings;
  #ended = false;

  private constructor(span: Span, around: Context, request: ModelRequest, settings: Settings) {
    this.#span = span;
    this.#context = trace.setSpan(around, span);
    this.#request = request;
    this.#settings = settings;
  }

  /** Starts the span below the one that is active. */
  static start(request: ModelRequest, settings: Settings): ModelSpan {
    const { endpoint, model } = request;
    const around = context.active();
    const name = model === undefined ? endpoint.operation : `${endpoint.operation} ${model}`;
    const attributes = startAttributes(request, around);
    // Asked for anew each time, so that a provider that is registered later is used.
    const span = trace.getTracer(SCOPE).startSpan(name, { kind: SpanKind.CLIENT, attributes }, around);
    return new ModelSpan(span, around, request, settings);
  }

  /** False when the span goes nowhere, so that nothing needs to be learned. */
  get recording(): boolean {
    return this.#span.isRecording();
  }

  /** Runs `fn` with the span as the active one. `fn` runs once, whatever the context manager does. */
  within<T>(fn: () => T): T {
    let started = false;
    try {
      return context.with(this.#context, () => {
        started = true;
        return fn();
      });
    } catch (error) {
      if (started) throw error;
      return fn();
    }
  }

  /** Writes down how the call ended and ends the span; only the first time counts. */
  end({ outcome, error, reading }: Ending): void {
    if (this.#ended) return;
    this.#ended = true;
    const span = this.#span;
    safely("the outcome", () => {
      span.setAttribute(ATTR_KEEPTABS_OUTCOME, outcome);
      if (error === undefined) return;
      span.setAttribute(semconv.ATTR_ERROR_TYPE, error);
      span.setStatus({ code: SpanStatusCode.ERROR });
    });
    // A refused call used nothing that anybody knows of; one that was broken off may well have.
    if (reading !== undefined && (outcome !== "error" || reading.usage.quantities.size > 0)) {
      safely("the usage", () => span.setAttributes(readingAttributes(reading)));
      safely("the cost", () => span.setAttributes(this.#cost(reading)));
    }
    safely("the end of a span", () => span.end());
  }

  #cost({ usage, responseModel }: ResponseReading): Attributes {
    const { priceBook = defaultPriceBook(), costAttribute = true } = this.#settings;
    const { provider } = this.#request.endpoint;
    const model = responseModel ?? this.#request.model;
    return costAttributes(charge({ provider, model, usage, atMs: Date.now() }, priceBook), costAttribute);
  }
}

function startAttributes({ endpoint, url, model, stream }: ModelRequest, around: Context): Attributes {
  return {
    ...attributionAttributes(attributionIn(around) ?? {}),
    [semconv.ATTR_GEN_AI_OPERATION_NAME]: endpoint.operation,
    [semconv.ATTR_GEN_AI_PROVIDER_NAME]: endpoint.provider,
    ...(model === undefined ? {} : { [semconv.ATTR_GEN_AI_REQUEST_MODEL]: model }),
    ...(stream === undefined ? {} : { [semconv.ATTR_GEN_AI_REQUEST_STREAM]: stream }),
    [semconv.ATTR_SERVER_ADDRESS]: url.hostname,
    [semconv.ATTR_SERVER_PORT]: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port),
  };
}

function readingAttributes({ usage, responseModel, responseId }: ResponseReading): Attributes {
  return {
    ...(responseModel === undefined ? {} : { [semconv.ATTR_GEN_AI_RESPONSE_MODEL]: responseModel }),
    ...(responseId === undefined ? {} : { [semconv.ATTR_GEN_AI_RESPONSE_ID]: responseId }),
    ...usageToAttributes(usage),
  };
}
