import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import Anthropic from "@anthropic-ai/sdk";
import { register, withCustomer } from "@keeptabs/instrumentation";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answer } from "./answers.ts";
import { type Provider, startProvider } from "./provider.ts";
import { PRICES, startTracing, type Tracing } from "./tracing.ts";

let provider: Provider;
let tracing: Tracing;

beforeAll(async () => {
  provider = await startProvider(answer);
});
afterAll(() => provider.close());
beforeEach(() => {
  tracing = startTracing();
});
afterEach(() => tracing.stop());

const init = {
  method: "POST",
  body: '{"model":"gpt-4o-mini"}',
  headers: { "content-type": "application/json" },
};

async function call(fetch: typeof globalThis.fetch): Promise<void> {
  await (await fetch(`${provider.url}/v1/chat/completions`, init)).text();
}

describe("register", () => {
  it("hooks the fetch of this process once, however often it is called, and takes the hook out again", async () => {
    const before = globalThis.fetch;
    const first = register();
    const hooked = globalThis.fetch;
    const second = register({ priceBook: PRICES });
    expect(globalThis.fetch).toBe(hooked);
    expect(hooked).not.toBe(before);
    await call(fetch);
    expect(tracing.ours()).toHaveLength(1);
    second.unregister();
    first.unregister();
    expect(globalThis.fetch).toBe(before);
    await call(hooked);
    expect(tracing.ours()).toHaveLength(1);
  });

  it("takes options that are given later", async () => {
    const target = { fetch: globalThis.fetch };
    register({ target });
    register({ target, priceBook: PRICES, costAttribute: false });
    register({ target });
    await call(target.fetch);
    expect(tracing.ours()[0]?.attributes).toMatchObject({ "keeptabs.cost.amount": "0.0003369" });
    expect(tracing.ours()[0]?.attributes).not.toHaveProperty(["gen_ai.usage.cost"]);
  });

  it("becomes a mere passage where somebody has wrapped the hook in the meantime", async () => {
    const target = { fetch: globalThis.fetch };
    const { unregister } = register({ target });
    const hook = target.fetch;
    const wrapper: typeof fetch = (...args) => hook(...args);
    target.fetch = wrapper;
    unregister();
    expect(target.fetch).toBe(wrapper);
    await call(target.fetch);
    expect(tracing.ours()).toEqual([]);
    register({ target });
    await call(target.fetch);
    expect(tracing.ours()).toHaveLength(1);
  });

  it("leaves every other request to fetch itself, the very promise included", async () => {
    const seen: unknown[][] = [];
    const promise = Promise.resolve(new Response());
    const original = (...args: unknown[]) => {
      seen.push(args);
      return promise;
    };
    const target = { fetch: original as typeof fetch };
    register({ target });
    const url = new URL("https://example.com/v1/users");
    expect(target.fetch(url)).toBe(promise);
    expect(target.fetch(url, init)).toBe(promise);
    expect(target.fetch("https://api.openai.com/v1/chat/completions")).toBe(promise);
    expect(target.fetch("https://api.openai.com/v1/files", init)).toBe(promise);
    expect(seen[1]?.[0]).toBe(url);
    expect(seen[1]?.[1]).toBe(init);
  });

  it("never throws, also where fetch can't be replaced", () => {
    expect(() => register({ target: Object.freeze({ fetch }) }).unregister()).not.toThrow();
    expect(() => register({ target: {} as never }).unregister()).not.toThrow();
  });

  it("works from the command line, before the application's first line", async () => {
    const app = fileURLToPath(new URL("./hooked-app.ts", import.meta.url));
    const args = ["--import", "@keeptabs/instrumentation/register", app];
    const env = { ...process.env, PROVIDER_URL: provider.url };
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      env,
      cwd: fileURLToPath(new URL("..", import.meta.url)),
    });
    expect(JSON.parse(stdout)).toMatchObject([
      { "keeptabs.customer.id": "acme", "keeptabs.cost.status": "charged" },
    ]);
  });
});

describe("a client that makes spans of its own", () => {
  it.each([false, true])(
    "has ours below its own, with the same response id, streamed: %s",
    async (stream) => {
      const target = { fetch: globalThis.fetch };
      register({ target, priceBook: PRICES });
      const anthropic = new Anthropic({ fetch: target.fetch, baseURL: provider.url, apiKey: "k" });
      const messages = [{ role: "user" as const, content: "Where?" }];
      await withCustomer({ customer: "acme" }, async () => {
        const told = await anthropic.messages.create({
          model: "claude-opus-5",
          max_tokens: 9,
          messages,
          stream,
        });
        if (Symbol.asyncIterator in told) for await (const _ of told);
      });
      const spans = tracing.exporter.getFinishedSpans();
      const native = spans.find(({ instrumentationScope }) =>
        instrumentationScope.name.startsWith("com.anthropic"),
      );
      const [ours] = tracing.ours();
      expect(spans).toHaveLength(2);
      expect(ours?.parentSpanContext?.spanId).toBe(native?.spanContext().spanId);
      expect(native?.attributes["gen_ai.response.id"]).toBe("msg_01");
      for (const name of [
        "gen_ai.response.id",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "keeptabs.customer.id",
      ]) {
        expect([name, ours?.attributes[name]]).toEqual([name, native?.attributes[name]]);
      }
    },
  );
});
