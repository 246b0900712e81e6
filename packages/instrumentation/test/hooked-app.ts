import { KeeptabsSpanProcessor, withCustomer } from "@keeptabs/instrumentation";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import OpenAI from "openai";

const exporter = new InMemorySpanExporter();
const spanProcessors = [new KeeptabsSpanProcessor(), new SimpleSpanProcessor({ exporter })];
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const openai = new OpenAI({ baseURL: `${process.env["PROVIDER_URL"]}/v1`, apiKey: "k" });
const messages = [{ role: "user" as const, content: "Where?" }];
await withCustomer({ customer: "acme" }, () =>
  openai.chat.completions.create({ model: "gpt-4o-mini", messages }),
);
process.stdout.write(JSON.stringify(exporter.getFinishedSpans().map(({ attributes }) => attributes)));
