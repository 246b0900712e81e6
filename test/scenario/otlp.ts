import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { PastCall } from "./history.ts";

/** An OTLP/JSON request with one GenAI span for each call, as any instrumented service sends it. */
export function exportOf(calls: readonly PastCall[]): unknown {
  return {
    resourceSpans: [
      {
        resource: { attributes: [text("service.name", "assistant-api")] },
        scopeSpans: [{ scope: { name: "assistant-api", version: "1.4.0" }, spans: calls.map(spanOf) }],
      },
    ],
  };
}

function spanOf(call: PastCall): unknown {
  const { input = 0, cache_read = 0, cache_write_5m = 0, cache_write_1h = 0, output = 0 } = call.quantities;
  const attributes = [
    text("gen_ai.operation.name", call.operation),
    text("gen_ai.provider.name", call.provider),
    text("gen_ai.request.model", call.requestModel),
    text("gen_ai.response.model", call.responseModel),
    // In the conventions the input includes what was read from and written to the cache.
    whole("gen_ai.usage.input_tokens", input + cache_read + cache_write_5m + cache_write_1h),
    whole("gen_ai.usage.cache_read.input_tokens", cache_read),
    ...(call.operation === "chat" ? [whole("gen_ai.usage.output_tokens", output)] : []),
    ...(call.provider === "anthropic"
      ? [
          whole("gen_ai.usage.cache_write.input_tokens", cache_write_5m + cache_write_1h),
          whole("anthropic.usage.cache_creation.ephemeral_5m_input_tokens", cache_write_5m),
          whole("anthropic.usage.cache_creation.ephemeral_1h_input_tokens", cache_write_1h),
        ]
      : []),
    ...(call.customer === undefined ? [] : [text("customer.id", call.customer)]),
    ...(call.feature === undefined ? [] : [text("keeptabs.feature", call.feature)]),
    // What must never reach the ledger.
    text("gen_ai.input.messages", '[{"role":"user","parts":[{"type":"text","content":"a secret prompt"}]}]'),
  ];
  return {
    traceId: call.traceId,
    spanId: call.spanId,
    name: `${call.operation} ${call.requestModel}`,
    kind: 3,
    startTimeUnixNano: `${call.startedAt}000000`,
    endTimeUnixNano: `${call.endedAt}000000`,
    attributes,
    status: { code: 0 },
  };
}

function text(key: string, stringValue: string): unknown {
  return { key, value: { stringValue } };
}

function whole(key: string, quantity: number): unknown {
  return { key, value: { intValue: String(quantity) } };
}

/** How a sender fares: what was acknowledged, and how often it had to try again. */
export interface Sent {
  requests: number;
  retries: number;
}

/**
 * Sends calls in batches as a patient exporter does: it tries again until it gets a 200, also when the
 * processor is killed in between.
 */
export async function send(
  ingestUrl: () => string,
  calls: readonly PastCall[],
  options: { readonly batchSize?: number; readonly onBatch?: (sentCalls: number) => void } = {},
): Promise<Sent> {
  const { batchSize = 256, onBatch } = options;
  const sent: Sent = { requests: 0, retries: 0 };
  for (let at = 0; at < calls.length; at += batchSize) {
    const body = gzipSync(JSON.stringify(exportOf(calls.slice(at, at + batchSize))));
    for (let tries = 0; ; tries += 1) {
      if (tries > 300) throw new Error("the processor did not take a batch in 300 tries");
      const status = await post(`${ingestUrl()}/v1/traces`, body);
      if (status === 200) break;
      if (status !== undefined && status !== 503) throw new Error(`the processor answered ${status}`);
      sent.retries += 1;
      await sleep(100);
    }
    sent.requests += 1;
    onBatch?.(Math.min(at + batchSize, calls.length));
  }
  return sent;
}

/** The status of the answer, or undefined when there was none. */
async function post(url: string, body: Uint8Array<ArrayBuffer>): Promise<number | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body,
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}
