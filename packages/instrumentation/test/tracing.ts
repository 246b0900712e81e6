import { KeeptabsSpanProcessor } from "@keeptabs/instrumentation";
import { PriceBook } from "@keeptabs/pricing";
import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";

export interface Tracing {
  readonly exporter: InMemorySpanExporter;
  /** Spans made by this package, in the order in which they ended. */
  ours(): readonly ReadableSpan[];
  stop(): void;
}

/** A whole OpenTelemetry SDK 3.x in this process: processor, context manager, both W3C propagators. */
export function startTracing({
  processor = true,
  sampler,
}: {
  processor?: boolean;
  sampler?: Sampler;
} = {}): Tracing {
  const exporter = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(
    new TracerProvider({
      spanProcessors: [
        new SimpleSpanProcessor({ exporter }),
        ...(processor ? [new KeeptabsSpanProcessor()] : []),
      ],
      ...(sampler === undefined ? {} : { sampler }),
    }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  return {
    exporter,
    ours: () => finished(exporter),
    stop() {
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}

function finished(exporter: InMemorySpanExporter): readonly ReadableSpan[] {
  return exporter
    .getFinishedSpans()
    .filter(({ instrumentationScope }) => instrumentationScope.name === "@keeptabs/instrumentation");
}

/** The attributes of the last of our spans, with the JSON in `keeptabs.usage` parsed. */
export function lastAttributes(tracing: Tracing): Record<string, unknown> {
  const attributes = tracing.ours().at(-1)?.attributes ?? {};
  const usage = attributes["keeptabs.usage"];
  return { ...attributes, ...(usage === undefined ? {} : { "keeptabs.usage": JSON.parse(String(usage)) }) };
}

const READ = { source: "https://example.com/prices", checked: "2026-11-01" };

/** Prices of the tests, so that a change of the release's price book is no concern here. */
export const PRICES: PriceBook = new PriceBook([
  {
    provider: "openai",
    models: [
      {
        models: ["gpt-4o-mini-2024-07-18"],
        prices: [{ ...READ, rates: { input: "0.15", cache_read: "0.075", output: "0.6" } }],
      },
      {
        models: ["gpt-5-2025-08-07"],
        prices: [{ ...READ, rates: { input: "1.25", cache_read: "0.125", output: "10" } }],
      },
      { models: ["text-embedding-3-small"], prices: [{ ...READ, rates: { input: "0.02" } }] },
    ],
  },
  {
    provider: "anthropic",
    models: [
      {
        models: ["claude-opus-5-20260901"],
        prices: [
          {
            ...READ,
            rates: {
              input: "3",
              cache_read: "0.3",
              cache_write_5m: "3.75",
              cache_write_1h: "6",
              output: "15",
            },
          },
        ],
      },
    ],
  },
]);
