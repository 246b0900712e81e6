import { KeeptabsSpanProcessor, register } from "@keeptabs/instrumentation";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace";

/**
 * Starts OpenTelemetry with Keeptabs in it; spans go to `OTEL_EXPORTER_OTLP_ENDPOINT`.
 * Call it before the provider clients are made, and `shutdown()` when the service stops.
 */
export function startTracing(): NodeSDK {
  const sdk = new NodeSDK({
    serviceName: "sample-app",
    spanProcessors: [
      new KeeptabsSpanProcessor(),
      new BatchSpanProcessor({ exporter: new OTLPTraceExporter() }),
    ],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  register();
  return sdk;
}
